export {
  experimentNames,
  forget,
  type LiveOptions,
  type LiveReport,
  type LiveResult,
  live,
} from './live.ts'
export { liveText, resultText } from './text.ts'
