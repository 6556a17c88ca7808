import { controlTables, controlViews } from './schema.ts'

/** The text of docs/tables.md, generated from the tables and views themselves. */
export function controlDocs(): string {
  const tables = controlTables.map((table) => [
    `## ${table.name}`,
    '',
    `${table.comment}.`,
    '',
    '| Column | Type | Meaning |',
    '|---|---|---|',
    ...table.columns.map(
      ({ name, type, required, comment }) =>
        `| \`${name}\` | ${type}${required ? '' : ', may be NULL'} | ${comment} |`,
    ),
    '',
  ])
  const views = controlViews.map((view) => [
    `## ${view.name} (view)`,
    '',
    `${view.comment}.`,
    '',
    '| Column | Meaning |',
    '|---|---|',
    ...view.columns.map(([name, comment]) => `| \`${name}\` | ${comment} |`),
    '',
  ])
  return [
    '<!-- Generated from src/audit by "npm run docs"; do not edit. -->',
    '# Control tables',
    '',
    'The Delta tables and views that `customerio-jobs setup` creates in the schema named by `control`, and the volume',
    '`parts` beside them. Changes between versions are additive: new columns may be NULL.',
    '',
    ...tables.flat(),
    ...views.flat(),
  ].join('\n')
}
