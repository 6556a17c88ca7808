import { ConfigError } from '../core/index.ts'

/** Where a workspace's data is kept. The wrong region may answer 200 and store nothing, so it is never guessed. */
export type Region = 'us' | 'eu'

/** The two documented addresses of the Pipelines API. */
export const regions: Readonly<Record<Region, string>> = {
  us: 'https://cdp.customer.io/v1',
  eu: 'https://cdp-eu.customer.io/v1',
}

/**
 * The address to send to: the region's own, or `url` where that is on loopback. Throws {@link ConfigError}
 * `DESTINATION_ADDRESS` for any other, so that personal data cannot be sent elsewhere by a setting.
 */
export function baseUrl(region: Region, url?: string): URL {
  if (url === undefined || url === regions[region]) return new URL(regions[region])
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const isWeb = parsed?.protocol === 'http:' || parsed?.protocol === 'https:'
  const isPlain = parsed?.username === '' && parsed.password === ''
  if (parsed === undefined || !isWeb || !isPlain || !isLoopback(parsed.hostname)) {
    throw new ConfigError(
      'DESTINATION_ADDRESS',
      `The address of a destination is ${regions[region]} for region ${region}; another one is accepted on loopback only. Remove it, or use 127.0.0.1.`,
      { context: { region } },
    )
  }
  return parsed
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
