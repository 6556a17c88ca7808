/** A first customerio.yml: one destination, one job, three targets. */
export function customerioYml({
  region,
  syncs,
  catalog,
  schema,
}: {
  readonly region: 'us' | 'eu'
  readonly syncs: readonly string[]
  readonly catalog: string
  readonly schema: string
}): string {
  return `# yaml-language-server: $schema=./node_modules/customerio-jobs/schemas/customerio.schema.json
# Names for \${…} in sync files. control is the schema in which the jobs write down what they did.
vars:
  catalog: ${catalog}
  schema: ${schema}
  control: ${catalog}.customerio

# region: us or eu, as your Customer.io account says. The key is the write key of a source of kind "Customer.io API".
destinations:
  ${region}:
    region: ${region}
    key: secret://customerio/${region}
    requests_per_second: 100

# The secret behind all message ids. Make it once, keep it for good.
message_ids:
  key: secret://customerio/ids

# every, cron or on_table_update; docs: customerio-jobs/docs/sync-files.md
jobs:
  crm:
    every: 1h
    syncs: [${syncs.join(', ')}]

# Each has the name of a target in databricks.yml, and says what is different there. limit: messages of one run at most; the
# rest waits for the next one.
targets:
  dev: { vars: { control: ${catalog}.customerio_dev } }
  staging: { vars: { control: ${catalog}.customerio_staging }, limit: 1000 }
  prod: {}
`
}
