export { type HttpAnswer, understand, understandFailure } from './answers.ts'
export { batchFormat } from './batch-format.ts'
export { type Client, type ClientOptions, createClient } from './client.ts'
export { checkKey, keyFingerprint } from './key.ts'
export { limits } from './limits.ts'
export {
  AliasMessage,
  BatchBody,
  GroupMessage,
  IdentifyMessage,
  Message,
  PageMessage,
  ScreenMessage,
  TrackMessage,
} from './messages.ts'
export { baseUrl, type Region, regions } from './regions.ts'
