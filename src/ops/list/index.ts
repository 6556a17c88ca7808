export { type ListedSync, type ListParts, listSyncs } from './list.ts'
export { type ListLook, listText } from './list-text.ts'
export type { Colour, Status } from './status.ts'
