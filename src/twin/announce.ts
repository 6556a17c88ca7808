import type { Twin } from './twin.ts'

/** What a started twin prints: shell lines that set the environment, and where to look. */
export function announceForShell(twin: Twin): string {
  const exports = Object.entries(twin.environment).map(
    ([name, value]) => `export ${name}='${value}'`,
  )
  return [
    ...exports,
    `# workspace    ${twin.workspaceOrigin}  (personal access token ${twin.token})`,
    `# Customer.io  us ${twin.customerioOrigins.us}  eu ${twin.customerioOrigins.eu}`,
    `# received     ${twin.pageAddress}`,
    `# faults       ${twin.controlAddress}  (x-twin-secret: ${twin.controlSecret})`,
    '',
  ].join('\n')
}

/** The same as one line of JSON, for programs. */
export function announceForPrograms(twin: Twin): string {
  return `${JSON.stringify({
    environment: twin.environment,
    workspace: twin.workspaceOrigin,
    token: twin.token,
    customerio: twin.customerioOrigins,
    page: twin.pageAddress,
    control: { address: twin.controlAddress, secret: twin.controlSecret },
  })}\n`
}
