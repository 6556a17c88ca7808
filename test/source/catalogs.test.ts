import { describe, expect, it } from '@jest/globals'
import { catalogsOf } from '../../src/source/catalogs.ts'

describe('the catalogs of a source', () => {
  it.each<[string, (string | undefined)[]]>([
    ['SELECT * FROM main.gold.people', ['main']],
    ['select p.id from `my-data`.gold.people p join crm.a.b on true', ['my-data', 'crm']],
    ['SELECT * FROM gold.people', [undefined]],
    ['SELECT * FROM people, crm.gold.orders AS o', [undefined, 'crm']],
    ['WITH people AS (SELECT 1 AS id FROM crm.a.b) SELECT * FROM people', ['crm']],
    ["SELECT 'from other.a.b' AS x FROM main.a.b -- FROM note.a.b\n/* JOIN old.a.b */", ['main']],
    ['SELECT * FROM (SELECT * FROM main . a . b) AS q', ['main']],
    ['SELECT 1 AS id', []],
  ])('%s', (query, catalogs) => {
    expect(catalogsOf({ query })).toEqual(catalogs)
  })

  it('is the one its name says, else the default one', () => {
    expect(catalogsOf({ table: 'main.gold.people' })).toEqual(['main'])
    expect(catalogsOf({ table: 'gold.people' })).toEqual([undefined])
  })
})
