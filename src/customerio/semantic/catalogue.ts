import type { z } from 'zod'
import { customerioActions } from './customerio-actions.ts'
import { ecommerce } from './ecommerce.ts'
import { emailEvents } from './email.ts'
import { experiments } from './experiments.ts'
import { liveChat } from './live-chat.ts'
import { mobile } from './mobile.ts'
import { video } from './video.ts'

/**
 * The properties of every event whose name means something to Customer.io or to the destinations behind it, by its
 * exact name. These schemas are the source of the rules, the builders, their types and the page in docs/.
 */
export const semanticSchemas = {
  ...customerioActions,
  ...ecommerce,
  ...emailEvents,
  ...liveChat,
  ...mobile,
  ...video,
  ...experiments,
}

/** The exact name of a semantic event. */
export type SemanticEventName = keyof typeof semanticSchemas

/** The documented properties of an event; others may stand beside them. */
export type SemanticProperties<Name extends SemanticEventName> = z.input<
  (typeof semanticSchemas)[Name]
>
