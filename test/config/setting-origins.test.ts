import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { readSettings, settingOrigins, settingVariables } from '../../src/config/index.ts'

const whole = {
  DATABRICKS_HOST: 'https://my.example.com',
  DATABRICKS_WAREHOUSE_ID: 'one',
  DATABRICKS_HTTP_PATH: '/sql/1.0/warehouses/two',
  DATABRICKS_CLIENT_ID: 'id',
  DATABRICKS_CLIENT_SECRET: 'secret',
  DATABRICKS_TOKEN: 'token',
}
const originOf = (environment: Record<string, string>, name: string) =>
  settingOrigins(environment).find(({ setting }) => setting === name)

describe('where a setting comes from', () => {
  it('is where readSettings takes it from', () => {
    const { DATABRICKS_CLIENT_SECRET: _, DATABRICKS_WAREHOUSE_ID: __, ...less } = whole
    expect(readSettings(whole).databricks).toMatchObject({
      warehouseId: 'one',
      credentials: { kind: 'oauth' },
    })
    expect(originOf(whole, 'warehouse')).toMatchObject({
      from: ['DATABRICKS_WAREHOUSE_ID'],
      unused: ['DATABRICKS_HTTP_PATH'],
    })
    expect(originOf(whole, 'identity')?.unused).toEqual(['DATABRICKS_TOKEN'])
    expect(readSettings(less).databricks).toMatchObject({
      warehouseId: 'two',
      credentials: { kind: 'token' },
    })
    expect(originOf(less, 'warehouse')?.from).toEqual(['DATABRICKS_HTTP_PATH'])
    expect(originOf(less, 'identity')).toMatchObject({
      from: ['DATABRICKS_TOKEN'],
      unused: ['DATABRICKS_CLIENT_ID'],
    })
  })

  it('is the launcher in a task', () => {
    const task = { ...whole, CUSTOMERIO_JOBS_LAUNCHER: '3,4' }
    expect(originOf(task, 'identity')).toMatchObject({
      from: ['CUSTOMERIO_JOBS_LAUNCHER'],
      isLaunchers: true,
    })
    expect(originOf(task, 'workspace')?.isLaunchers).toBe(true)
    expect(originOf(whole, 'workspace')?.isLaunchers).toBe(false)
  })

  it('stands in docs/deploy.md, every variable of it', () => {
    const page = readFileSync('docs/deploy.md', 'utf8')
    const names = settingVariables.flatMap(({ anyOf }) => anyOf.flat())
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
})
