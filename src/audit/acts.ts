import { type Clock, newId } from '../core/index.ts'
import { controlOf } from './control.ts'
import { insertOnce } from './insert-once.ts'
import type { Sql } from './ports.ts'
import { acts } from './state-tables.ts'

/** Something done by hand. */
export interface NewAct {
  /** The command, for example `replay`. */
  readonly act: string
  /** Identity that did it. */
  readonly who: string
  readonly why?: string
  readonly sync?: string
  readonly destination?: string
  readonly windowId?: string
  /** Settings of the command. Never a key, an e-mail or an attribute value: the table is kept for good. */
  readonly details?: Readonly<Record<string, string | number | boolean>>
}

/** An act as it stands in the control schema. */
export interface Act extends NewAct {
  readonly actId: string
  readonly at: Date
}

/** What people did by hand, in one control schema. */
export interface Acts {
  /** Writes an act down and gives its id. To be called before the act: one that fails half way is known too. */
  record(act: NewAct): Promise<string>
  /** The newest act on a sync and destination that is one of these commands; undefined where there is none. */
  last(sync: string, destination: string, commands: readonly string[]): Promise<Act | undefined>
}

/** The acts in `control` (catalog and schema). */
export function actsIn(sql: Sql, control: string, clock: Clock): Acts {
  const table = controlOf(control).name(acts.name)
  return {
    async record({ act, who, why, sync, destination, windowId, details }) {
      const id = newId(clock.now())
      await insertOnce(sql, table, acts, ['act_id'], {
        act_id: id,
        act,
        sync: sync ?? null,
        destination: destination ?? null,
        window_id: windowId ?? null,
        actor: who,
        why: why ?? null,
        details: details === undefined ? null : JSON.stringify(details),
        acted_at: new Date(clock.now()),
      })
      return id
    },

    async last(sync, destination, commands) {
      const names = commands.map((command, i) => [`act_${i}`, command] as const)
      const [row] = await sql.query(
        `SELECT * FROM ${table} WHERE \`sync\` = :sync AND \`destination\` = :destination
  AND \`act\` IN (${names.map(([name]) => `:${name}`).join(', ')})
ORDER BY \`acted_at\` DESC, \`act_id\` DESC LIMIT 1`,
        { sync, destination, ...Object.fromEntries(names) },
      )
      return row === undefined ? undefined : toAct(row)
    },
  }
}

function toAct(row: Readonly<Record<string, unknown>>): Act {
  const { why, window_id, details } = row
  return {
    actId: String(row.act_id),
    act: String(row.act),
    who: String(row.actor),
    sync: String(row.sync),
    destination: String(row.destination),
    at: row.acted_at as Date,
    ...(why === null ? {} : { why: String(why) }),
    ...(window_id === null ? {} : { windowId: String(window_id) }),
    ...(details === null ? {} : { details: JSON.parse(String(details)) }),
  }
}
