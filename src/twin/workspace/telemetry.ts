import { z } from 'zod'
import type { DoorRequest, DoorResponse } from '../http/index.ts'
import { jsonOf } from './request-json.ts'

const Events = z.array(z.string()).default([])
const Upload = z.object({ items: Events, protoLogs: Events })

/** `POST /telemetry-ext`, by which clients of Databricks report their use. It is counted back and forgotten. */
export function handleTelemetry({ method, body }: DoorRequest): DoorResponse | undefined {
  if (method !== 'POST') return undefined
  const { items, protoLogs } = jsonOf(body, Upload)
  const counts = { numSuccess: items.length, numProtoSuccess: protoLogs.length }
  return { status: 200, body: { errors: [], ...counts } }
}
