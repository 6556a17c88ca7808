import { alias, group, identify, page, screen, track } from './build-calls.ts'
import {
  deliveryReport,
  device,
  deviceDelete,
  object,
  objectDelete,
  personDelete,
  personSuppress,
  personUnsuppress,
  relationship,
  relationshipDelete,
} from './build-orders.ts'

/** Whole messages, each by the name of its call: `build.identify({ person: { id: '7' }, traits: { city: 'Oslo' } })`. */
export const build = {
  identify,
  track,
  page,
  screen,
  group,
  alias,
  object,
  relationship,
  device,
  deviceDelete,
  personDelete,
  personSuppress,
  personUnsuppress,
  objectDelete,
  relationshipDelete,
  deliveryReport,
} as const
