import { expect, it } from '@jest/globals'
import { readSettings } from '../../src/config/index.ts'
import { messageOf } from './project.ts'

const complete = {
  DATABRICKS_HOST: 'https://example.cloud.databricks.com',
  DATABRICKS_WAREHOUSE_ID: 'abc',
  DATABRICKS_CLIENT_ID: 'id',
  DATABRICKS_CLIENT_SECRET: 'secret',
}

it('reads the names the Databricks CLI uses', () => {
  expect(readSettings(complete).databricks).toEqual({
    origin: 'https://example.cloud.databricks.com',
    warehouseId: 'abc',
    credentials: { kind: 'oauth', clientId: 'id', clientSecret: 'secret' },
    cloudFetch: false,
  })
})

it('takes a host without scheme, a token, and the warehouse from the HTTP path', () => {
  expect(
    readSettings({
      DATABRICKS_HOST: 'example.cloud.databricks.com',
      DATABRICKS_HTTP_PATH: '/sql/1.0/warehouses/xyz',
      DATABRICKS_TOKEN: 'token',
    }).databricks,
  ).toMatchObject({
    origin: 'https://example.cloud.databricks.com',
    warehouseId: 'xyz',
    credentials: { kind: 'token' },
  })
})

it('takes who we are from the launcher of a task, whatever else is set', () => {
  expect(
    readSettings({ ...complete, CUSTOMERIO_JOBS_LAUNCHER: '5,8' }).databricks.credentials,
  ).toEqual({ kind: 'launcher', pipes: { answers: 5, requests: 8 } })
  expect(messageOf(() => readSettings({ ...complete, CUSTOMERIO_JOBS_LAUNCHER: 'x' }))).toContain(
    'CUSTOMERIO_JOBS_LAUNCHER: the launcher of a task sets this',
  )
})

it('takes who we are from GitHub Actions where the type of authentication says so', () => {
  const job = {
    DATABRICKS_HOST: 'example.cloud.databricks.com',
    DATABRICKS_WAREHOUSE_ID: 'abc',
    DATABRICKS_CLIENT_ID: 'id',
    DATABRICKS_TOKEN: 'not this one',
    DATABRICKS_AUTH_TYPE: 'github-oidc',
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://actions.example.com/token?api-version=2.0',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'right',
  }
  expect(readSettings(job).databricks.credentials).toEqual({
    kind: 'github',
    clientId: 'id',
    audience: 'https://example.cloud.databricks.com/oidc/v1/token',
    request: { url: job.ACTIONS_ID_TOKEN_REQUEST_URL, token: 'right' },
  })
  expect(readSettings({ ...job, DATABRICKS_TOKEN_AUDIENCE: '' })).toEqual(readSettings(job))
  const account = { ...job, DATABRICKS_TOKEN_AUDIENCE: 'account' }
  expect(readSettings(account).databricks.credentials).toMatchObject({ audience: 'account' })
  const { ACTIONS_ID_TOKEN_REQUEST_TOKEN: _, ...without } = job
  expect(messageOf(() => readSettings(without))).toContain('"permissions: id-token: write"')
})

it('lists what is missing and points to the twin', () => {
  const text = messageOf(() => readSettings({ DATABRICKS_HOST: 'http://example.com' }))
  expect(text).toContain('DATABRICKS_WAREHOUSE_ID (or DATABRICKS_HTTP_PATH) is not set')
  expect(text).toContain('DATABRICKS_HOST is not an https address')
  expect(text).toContain('DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET')
  expect(text).toContain('customerio-jobs twin')
})

it('never repeats a secret it was given', () => {
  expect(messageOf(() => readSettings({ ...complete, DATABRICKS_HOST: '' }))).not.toContain(
    'secret',
  )
})
