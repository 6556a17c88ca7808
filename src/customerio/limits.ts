/**
 * The documented limits, in bytes of UTF-8 unless the name says otherwise. Where Customer.io says "KB" the smaller
 * reading is taken, because in permissive mode what is over a limit is answered with 200 and discarded.
 */
export const limits = {
  /** One message. Documented as 32 KB (Pipelines API). */
  messageBytes: 32_000,
  /** One batch request, envelope included. Documented as 500 KB; 475,000 is what the official Python library keeps to. */
  batchBytes: 475_000,
  /** Requests in any {@link limits.windowMs}: 3000 in 3 s (Pipelines API). */
  requestsPerWindow: 3_000,
  /** Milliseconds of the rate limit's window. */
  windowMs: 3_000,
  /** A person's id (Track API, which the workspace behind Pipelines keeps to; so are all below). */
  personIdBytes: 150,
  /** The name of a person's attribute. */
  attributeNameBytes: 150,
  /** The value of a person's attribute. */
  attributeValueBytes: 1_000,
  /** Attributes of one person or one identify. A count. */
  attributes: 300,
  /** An object's id. */
  objectIdBytes: 150,
  /** The name of an object's or a relationship's attribute. */
  objectAttributeNameBytes: 150,
  /** The value of an object's or a relationship's attribute. */
  objectAttributeValueBytes: 1_000,
  /** Attributes of one object. A count. */
  objectAttributes: 300,
  /** All attributes of one object together. */
  objectBytes: 100_000,
  /** An event's name. */
  eventNameBytes: 100,
  /** An event's data. */
  eventBytes: 100_000,
  /** How old an event may be, in milliseconds, and still start campaigns (Track API, `timestamp` of an event: 72 h). */
  campaignAgeMs: 72 * 3_600_000,
} as const
