import { integer, known, must, oneOf, text } from './shapes.ts'

/** What Customer.io is told with a delivery report: the four of its published schema, which strict mode checks. */
const metric = oneOf('delivered', 'clicked', 'converted', 'opened')

/** Which object: its id as text, its type as a number (1 when left out). Published schemas of 2026-09. */
const thing = { objectId: must(text), objectTypeId: integer }

/**
 * Events on which Customer.io acts in place of recording them (Pipelines API, semantic events, 2026-09). Who or which
 * device is meant stands beside the properties: `userId`, `context.device`.
 */
export const customerioActions = {
  /** Removes a person, who can come back. */
  'User Deleted': known({}),
  /** Removes a person and blocks the identifiers, for ever. */
  'User Suppressed': known({}),
  /** Frees an identifier; brings no data back. */
  'User Unsuppressed': known({}),
  /** Makes or updates a device by its token; all properties become its attributes. */
  'Device Created or Updated': known({}),
  'Device Deleted': known({}),
  /** Does nothing where the object is not known. The schema leaves `objectId` open; without it nothing is meant. */
  'Object Deleted': known(thing),
  /** Does nothing where there is no such relationship. */
  'Relationship Deleted': known(thing),
  /**
   * What became of one message that Customer.io sent, by the id of that delivery. Without id and metric it means
   * nothing, so both must be there, although the schema leaves them open. Segment's destination also knows `spammed`,
   * `bounced`, `dropped` and `deferred`; the published schema does not, so strict mode may refuse them.
   */
  'Report Delivery Event': known({
    deliveryId: must(text),
    metric: must(metric),
    recipient: text,
    reason: text,
    actionValue: text,
    href: text,
  }),
  /** Sent by Customer.io's own web library for anonymous messages; known here so that nobody sends it unawares. */
  'Report Content Event': known({
    actionType: oneOf('viewed_content', 'clicked_content'),
    contentId: integer,
    templateId: integer,
  }),
}

/** The call of a sync file that stands for an event on which Customer.io acts. */
export const callOf: Readonly<Record<string, string>> = {
  'User Deleted': 'person_delete',
  'User Suppressed': 'person_suppress',
  'User Unsuppressed': 'person_unsuppress',
  'Device Created or Updated': 'device',
  'Device Deleted': 'device_delete',
  'Object Deleted': 'object_delete',
  'Relationship Deleted': 'relationship_delete',
}
