import { createLog, type Log, redact } from '../core/index.ts'

/** Where a command writes: results on stdout, everything else on stderr. */
export interface Terminal {
  /** True when a person looks at stdout. */
  readonly isPerson: boolean
  /** A line of the result. */
  out(text: string): void
  /** A line beside the result. */
  note(text: string): void
  /** Rewrites the last line on stderr; nothing off a terminal. An empty text clears it. */
  status(text: string): void
  readonly log: Log
}

/** The process's own terminal. `json` makes log lines JSON, `verbose` shows all of them. */
export function processTerminal({ json = false, verbose = false } = {}): Terminal {
  const { stdout, stderr } = process
  const isPerson = stdout.isTTY === true && stderr.isTTY === true && !json
  const clear = isPerson ? '\r\u001b[K' : ''
  const note = (text: string) => {
    stderr.write(`${clear}${text}\n`)
  }
  return {
    isPerson,
    out: (text) => {
      stdout.write(`${text}\n`)
    },
    note,
    status: (text) => {
      if (isPerson) stderr.write(`${clear}${redact(text).slice(0, (stderr.columns ?? 80) - 1)}`)
    },
    log: createLog(note, json ? 'json' : 'plain', verbose ? 'debug' : isPerson ? 'warn' : 'info'),
  }
}
