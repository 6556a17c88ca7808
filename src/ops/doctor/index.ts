export type { CheckName } from './check.ts'
export { type CheckResult, type Diagnosis, type DoctorOptions, doctor, isSick } from './doctor.ts'
export type { Finding, Health } from './finding.ts'
export {
  experimentNames,
  forget,
  type LiveOptions,
  type LiveReport,
  type LiveResult,
  live,
  liveText,
  resultText,
} from './live/index.ts'
export { type DoctorLook, doctorText } from './text.ts'
