import { z } from 'zod'
import { ProjectFile } from './project-schema.ts'
import { SyncFile } from './sync-schema.ts'

/** JSON Schemas of the files a user writes, for completion and checks in an editor; by file name. */
export function jsonSchemas(): Record<string, object> {
  return {
    'customerio.schema.json': z.toJSONSchema(ProjectFile, { io: 'input', unrepresentable: 'any' }),
    'sync.schema.json': z.toJSONSchema(SyncFile, { io: 'input', unrepresentable: 'any' }),
  }
}
