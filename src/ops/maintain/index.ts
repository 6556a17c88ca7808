export { type Maintained, maintain } from './maintain.ts'
export { maintainedText } from './maintained-text.ts'
export type { MaintainOptions, MaintainParts } from './parts.ts'
export { daysOf, type Retention, retentionDefaults } from './retention.ts'
