import manifest from '../../package.json' with { type: 'json' }

/** This package's version, as it stands in `runs`. */
export const packageVersion: string = manifest.version
