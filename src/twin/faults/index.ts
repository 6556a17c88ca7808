export { createControlDoor } from './control-door.ts'
export { type CountedRule, createFaults, type Faults } from './faults.ts'
export { parseFaultRule, parseFaultSet } from './parse.ts'
export type { FaultRule, FaultRuleInput, FaultSet } from './rule.ts'
