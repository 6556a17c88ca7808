export { startTwinProcess, type TwinProcess } from './twin.ts'
