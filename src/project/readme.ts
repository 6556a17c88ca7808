/** The project's README: what to do first, and where things are said. */
export function readme({
  name,
  syncs,
}: {
  readonly name: string
  readonly syncs: readonly string[]
}): string {
  return `# ${name}

Delta tables into Customer.io, by [customerio-jobs](node_modules/customerio-jobs/README.md).

\`\`\`sh
npm install
npm run demo      # runs every sync on this machine, over the rows of its tests; nothing leaves it
npm run check     # what CI runs: files, their tests, and whether resources/generated/ is up to date
\`\`\`

| File | Says |
|---|---|
| \`customerio.yml\` | destinations, jobs and targets |
| \`syncs/${syncs[0] ?? '<sync>'}.yml\` | a table, what its rows become, and tests of that |
| \`customerio.lock.yml\` | the columns of the sources; \`npx customerio-jobs lock\` writes it, and \`schemas/\`, by which editors suggest them |
| \`databricks.yml\` | the bundle |
| \`resources/generated/\` | its jobs; \`npm run build\` writes them |

## With a workspace

\`\`\`sh
export DATABRICKS_HOST=… DATABRICKS_WAREHOUSE_ID=… DATABRICKS_TOKEN=…
npx customerio-jobs new orders --table main.shop.orders --call track
npx customerio-jobs lock
npx customerio-jobs doctor
\`\`\`

Then deploy: [docs/deploy.md](node_modules/customerio-jobs/docs/deploy.md).

\`\`\`sh
databricks bundle deploy -t dev
databricks bundle run setup -t dev
databricks bundle run crm -t dev --params mode=plan
\`\`\`

To upgrade: \`npm install customerio-jobs@<version>\`, \`npm run build\`, and look at what git shows.
`
}
