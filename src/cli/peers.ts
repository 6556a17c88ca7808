import manifest from '../../package.json' with { type: 'json' }

/** What the twin needs, for a project to install beside the package. */
export const peers: Readonly<Record<string, string>> = manifest.peerDependencies
