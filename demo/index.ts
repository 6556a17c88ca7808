export { type Connection, connect } from './connect.ts'
export { startTwinProcess, type TwinProcess } from './twin.ts'
