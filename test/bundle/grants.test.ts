import { expect, it } from '@jest/globals'
import { volumeName } from '../../src/audit/control.ts'
import { bundleFiles } from '../../src/bundle/index.ts'
import { projectOf } from './a-bundle.ts'

const grantsFor = (tables: string[][], perhaps: string[][] = []) => {
  const lines = 'targets: { dev: { vars: { catalog: dev, control: dev.customerio } } }\n'
  const project = projectOf(['a'], lines, 'dev')
  const files = bundleFiles(projectOf(['a'], lines), [{ project, tables, perhaps }])
  return (files.get('grants.dev.sql') ?? '').split('\n')
}

it('lets the jobs read what the syncs name, and use the catalogs and schemas it is in', () => {
  const sql = grantsFor([
    ['dev', 'gold', 'customers'],
    ['main', 'gold', 'odd`name'],
  ])
  expect(sql.filter((line) => line.startsWith('GRANT'))).toEqual([
    'GRANT USE CATALOG ON CATALOG `dev` TO `<principal>`;',
    'GRANT USE CATALOG ON CATALOG `main` TO `<principal>`;',
    'GRANT USE SCHEMA ON SCHEMA `dev`.`gold` TO `<principal>`;',
    'GRANT USE SCHEMA ON SCHEMA `main`.`gold` TO `<principal>`;',
    'GRANT SELECT ON TABLE `dev`.`gold`.`customers` TO `<principal>`;',
    'GRANT SELECT ON TABLE `main`.`gold`.`odd``name` TO `<principal>`;',
    'GRANT USE SCHEMA, CREATE TABLE, SELECT, MODIFY ON SCHEMA `dev`.`customerio` TO `<principal>`;',
    'GRANT READ VOLUME, WRITE VOLUME ON VOLUME `dev`.`customerio`.`parts` TO `<principal>`;',
  ])
})

it('calls the volume as the room does that writes to it', () => {
  expect(grantsFor([]).join('\n')).toContain(`\`${volumeName}\``)
})

it('only tells of names that may be no tables, or have no catalog', () => {
  const sql = grantsFor([['orders']], [['t', 'address', 'city']])
  expect(sql).toContain('-- named without its catalog in a query: `orders`')
  expect(sql).toContain(
    '-- if this is a table: GRANT SELECT ON TABLE `t`.`address`.`city` TO `<principal>`;',
  )
  expect(sql.some((line) => /^GRANT SELECT/.test(line))).toBe(false)
})

it('does not name tables of the control schema one by one', () => {
  expect(grantsFor([['dev', 'customerio', 'outbox']]).join('\n')).not.toContain('outbox')
})

it('names every secret scope once', () => {
  expect(grantsFor([]).filter((line) => line.includes('put-acl'))).toEqual([
    "-- databricks secrets put-acl 'customerio' '<principal>' READ",
  ])
})
