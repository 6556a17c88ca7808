import type { Scopes } from './workspace/index.ts'

/**
 * The Customer.io keys that are valid in a region: the secrets of scope `customerio` called `us` or `eu`, and those
 * whose names begin so (`eu-sandbox`, `us_marketing`).
 */
export function regionKeys(scopes: Scopes, region: 'us' | 'eu'): readonly string[] {
  const isOfRegion = new RegExp(`^${region}([-_.]|$)`)
  return Object.entries(scopes.customerio ?? {}).flatMap(([name, key]) =>
    isOfRegion.test(name) ? [key] : [],
  )
}
