/** Packages that only the twin needs, by name. */
export type Peers = Readonly<Record<string, string>>

/** The project's package.json: exact versions, and a script for each thing that CI or a person does. */
export function packageJson({
  name,
  version,
  peers,
}: {
  readonly name: string
  readonly version: string
  readonly peers: Peers
}): string {
  const json = {
    name,
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: {
      build: 'customerio-jobs build',
      check: 'customerio-jobs validate && customerio-jobs test && customerio-jobs build --check',
      demo: 'customerio-jobs demo',
      test: 'customerio-jobs test',
    },
    dependencies: { 'customerio-jobs': version },
    devDependencies: peers,
  }
  return `${JSON.stringify(json, null, 2)}\n`
}
