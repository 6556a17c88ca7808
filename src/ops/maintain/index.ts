export { type Maintained, maintain } from './maintain.ts'
export { maintainedText } from './maintained-text.ts'
export {
  inList,
  type MaintainOptions,
  type MaintainParts,
  pieces,
  windowsAtATime,
} from './parts.ts'
export { sumUp } from './remove-outcomes.ts'
export { daysOf, type Retention, retentionDefaults } from './retention.ts'
