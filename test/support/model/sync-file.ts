/** The two workspaces, in the order of the routes: rows without a route are counted in the first one's window. */
export const destinations = ['eu', 'us'] as const
export type Destination = (typeof destinations)[number]

export const modes = ['auto', 'feed', 'diff', 'cursor', 'full'] as const
export type Mode = (typeof modes)[number]
export type OnDelete = 'delete' | 'clear' | 'ignore'

/** What a sync is about, for the whole of a history. */
export interface Kind {
  readonly call: 'identify' | 'track'
  readonly mode: Mode
  readonly onDelete: OnDelete
  readonly auditKey: 'plain' | 'hashed'
}

/** Mappings that a sync may be edited to: the column of each trait. All of them have `name`. */
export const mappings = {
  plain: { name: 'name', visits: 'visits', joined: 'joined' },
  fewer: { name: 'name', joined: 'joined' },
  more: { name: 'name', visits: 'visits', joined: 'joined', label: 'name' },
} as const
export type MappingName = keyof typeof mappings

/** The traits of a mapping. An event has no `joined`, which is a person's. */
export function traitsOf(call: Kind['call'], mapping: MappingName): [string, Column][] {
  return (Object.entries(mappings[mapping]) as [string, Column][]).filter(
    ([trait]) => call === 'identify' || trait !== 'joined',
  )
}
type Column = 'name' | 'visits' | 'joined'

/** What is said of a sync in its file. */
export interface SyncText extends Kind {
  readonly name: string
  readonly renamedFrom: string | undefined
  readonly table: string
  readonly mapping: MappingName
}

/** The file of a sync. Brakes are for other tests. */
export function syncFile(sync: SyncText): string {
  const { name, renamedFrom, table, call, mode, onDelete, mapping, auditKey } = sync
  const fields = traitsOf(call, mapping)
    .map(([trait, column]) => `${trait}: ${column}`)
    .join(', ')
  const changes = mode === 'cursor' ? '{ cursor: loaded_at }' : mode
  const source = `table: ${table}, key: id, changes: ${changes}, settle: 0s, audit_key: ${auditKey}`
  // An event that was sent stays.
  const moved = call === 'track' ? 'keep_both' : 'delete_old'
  const to = `to: { by: region, routes: { EU: eu, US: us }, moved: ${moved} }, person: { id: id }`
  const send =
    call === 'identify'
      ? `send: { call: identify, ${to}, nulls: clear, traits: { ${fields} } }\non_delete: ${onDelete}`
      : `send: { call: track, event: Seen, at: at, ${to}, properties: { ${fields} } }`
  return `sync: ${name}
${renamedFrom === undefined ? '' : `renamed_from: ${renamedFrom}\n`}source: { ${source}${call === 'track' ? ', start: all' : ''} }
${send}
brakes: { first_run: allow, empty_source: allow, max_delete_percent: 100, max_failed_percent: 100, max_change_factor: 0 }
`
}
