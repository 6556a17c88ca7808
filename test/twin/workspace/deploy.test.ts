import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { principal, startWorkspace } from './workspace.ts'

let at: Awaited<ReturnType<typeof startWorkspace>>
beforeAll(async () => {
  at = await startWorkspace()
})
afterAll(() => at.close())

const call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object) =>
  at.call(method, path, body === undefined ? undefined : JSON.stringify(body))

it('records a job as it was deployed, and what it was reset to', async () => {
  const settings = { name: 'nightly', tasks: [{ task_key: 'a', whatever: { deep: [1] } }] }
  const { json } = await call('POST', '/api/2.2/jobs/create', settings)
  const get = () => call('GET', `/api/2.2/jobs/get?job_id=${json.job_id}`)
  expect((await get()).json).toMatchObject({
    job_id: json.job_id,
    settings,
    creator_user_name: principal.clientId,
  })

  const new_settings = { name: 'weekly' }
  await call('POST', '/api/2.2/jobs/reset', { job_id: json.job_id, new_settings })
  expect((await get()).json.settings).toEqual(new_settings)
  const named = await call('GET', '/api/2.2/jobs/list?name=weekly')
  expect(named.json.jobs).toMatchObject([{ job_id: json.job_id }])
  expect((await call('GET', '/api/2.2/jobs/list?name=nightly')).json.jobs).toEqual([])

  await call('POST', '/api/2.2/jobs/delete', { job_id: json.job_id })
  expect([(await get()).status, (await get()).json.message]).toEqual([
    400,
    `Job ${json.job_id} does not exist.`,
  ])
})

it('has the schemas and volumes of the lake, whoever made them', async () => {
  at.lake.createSchema('main', 'bysql')
  const schemas = '/api/2.1/unity-catalog/schemas'
  expect((await call('GET', `${schemas}/main.bysql`)).json).toMatchObject({ name: 'bysql' })

  const given = { catalog_name: 'main', name: 'Audit', comment: 'what was sent' }
  const made = await call('POST', schemas, given)
  expect(made.json).toMatchObject({ full_name: 'main.audit', comment: 'what was sent' })
  expect(at.lake.hasSchema('main', 'audit')).toBe(true)
  expect((await call('POST', schemas, given)).json.error_code).toBe('SCHEMA_ALREADY_EXISTS')

  const volumes = '/api/2.1/unity-catalog/volumes'
  const volume = { catalog_name: 'main', schema_name: 'audit', name: 'parts' }
  const wrong = await call('POST', volumes, { ...volume, volume_type: 'EXTERNAL' })
  expect(wrong.status).toBe(501)
  await call('POST', volumes, { ...volume, volume_type: 'MANAGED' })
  expect(at.lake.hasVolume('main', 'audit', 'parts')).toBe(true)
  const changed = await call('PATCH', `${volumes}/main.audit.parts`, { comment: 'new' })
  expect(changed.json).toMatchObject({ comment: 'new', volume_type: 'MANAGED' })

  expect((await call('DELETE', `${schemas}/main.audit`)).json.error_code).toBe('SCHEMA_NOT_EMPTY')
  expect((await call('DELETE', `${volumes}/main.audit.parts`)).status).toBe(200)
  expect((await call('DELETE', `${schemas}/main.audit`)).status).toBe(200)
  expect((await call('GET', `${schemas}/main.audit`)).json.error_code).toBe('SCHEMA_DOES_NOT_EXIST')
})

it('wants a catalog that is there', async () => {
  const given = { catalog_name: 'nowhere', name: 'audit' }
  const refused = await call('POST', '/api/2.1/unity-catalog/schemas', given)
  expect([refused.status, refused.json.error_code]).toEqual([404, 'CATALOG_DOES_NOT_EXIST'])
})

it('adds up grants, and forgets those taken away', async () => {
  const path = '/api/2.1/unity-catalog/permissions/schema/main.bysql'
  const change = (...changes: object[]) => call('PATCH', path, { changes })
  await change(
    { principal: 'ann', add: ['SELECT', 'MODIFY'] },
    { principal: 'bob', add: ['SELECT'] },
  )
  await change({ principal: 'ann', add: ['USE_SCHEMA'], remove: ['SELECT'] })
  await change({ principal: 'bob', remove: ['ALL_PRIVILEGES'] })
  expect((await call('GET', path)).json).toEqual({
    privilege_assignments: [{ principal: 'ann', privileges: ['MODIFY', 'USE_SCHEMA'] }],
  })
})

it('records who may do what with an object', async () => {
  const path = '/api/2.0/permissions/jobs/7'
  const entry = (principal: object, permission_level: string) => ({
    ...principal,
    permission_level,
  })
  const first = await call('GET', path)
  expect(first.json.access_control_list).toMatchObject([
    {
      service_principal_name: principal.clientId,
      all_permissions: [{ permission_level: 'IS_OWNER' }],
    },
  ])
  await call('PUT', path, {
    access_control_list: [
      entry({ group_name: 'crm' }, 'CAN_VIEW'),
      entry({ user_name: 'ann@example.com' }, 'IS_OWNER'),
    ],
  })
  await call('PATCH', path, { access_control_list: [entry({ group_name: 'crm' }, 'CAN_RUN')] })
  expect((await call('GET', path)).json).toMatchObject({
    object_id: '/jobs/7',
    object_type: 'job',
    access_control_list: [
      { user_name: 'ann@example.com', all_permissions: [{ permission_level: 'IS_OWNER' }] },
      { group_name: 'crm', all_permissions: [{ permission_level: 'CAN_RUN' }] },
    ],
  })
  expect((await call('GET', '/api/2.0/permissions/spaceships/7')).status).toBe(404)
})

it('keeps dashboards in folders that are there, and what was published of them', async () => {
  const base = '/api/2.0/lakeview/dashboards'
  const given = { display_name: 'Account', parent_path: '/Workspace/boards', warehouse_id: 'w1' }
  const serialized_dashboard = '{"pages":[]}'
  expect((await call('POST', base, given)).status).toBe(404)
  await call('POST', '/api/2.0/workspace/mkdirs', { path: given.parent_path })
  const { json } = await call('POST', base, { ...given, serialized_dashboard })
  expect(json).toMatchObject({ parent_path: '/boards', path: '/boards/Account.lvdash.json' })

  const one = `${base}/${json.dashboard_id}`
  expect((await call('GET', `${one}/published`)).status).toBe(404)
  await call('POST', `${one}/published`, { embed_credentials: true, warehouse_id: 'w1' })
  expect((await call('GET', `${one}/published`)).json).toMatchObject({ embed_credentials: true })
  const changed = await call('PATCH', one, { display_name: 'Accounts' })
  expect(changed.json).toMatchObject({ display_name: 'Accounts', serialized_dashboard })
  expect(changed.json.etag).not.toBe(json.etag)
  expect((await call('DELETE', one)).status).toBe(200)
  expect((await call('GET', one)).status).toBe(404)
})

it('records alerts', async () => {
  const given = { display_name: 'late', query_text: 'SELECT 1', evaluation: { threshold: 1 } }
  const { json } = await call('POST', '/api/2.0/alerts', given)
  const one = `/api/2.0/alerts/${json.id}`
  expect((await call('GET', one)).json).toMatchObject({ ...given, lifecycle_state: 'ACTIVE' })
  await call('PATCH', `${one}?update_mask=*`, { ...given, display_name: 'later' })
  expect((await call('GET', one)).json).toMatchObject({ id: json.id, display_name: 'later' })
  await call('DELETE', one)
  expect((await call('GET', one)).status).toBe(404)
})

it('records who may read a secret scope', async () => {
  const base = '/api/2.0/secrets/acls'
  const acl = { scope: 'customerio', principal: 'job', permission: 'READ' }
  await call('POST', `${base}/put`, { ...acl, principal: 'ann' })
  const list = await call('GET', `${base}/list?scope=customerio`)
  expect(list.json.items).toEqual([
    { principal: principal.clientId, permission: 'MANAGE' },
    { principal: 'ann', permission: 'READ' },
  ])
  await call('POST', `${base}/delete`, { scope: 'customerio', principal: 'ann' })
  expect((await call('GET', `${base}/get?scope=customerio&principal=ann`)).status).toBe(404)
})

it('tells SDKs what it is before they sign in, and takes their telemetry', async () => {
  const config = await at.call('GET', '/.well-known/databricks-config', undefined, '')
  expect(config.json).toMatchObject({ host_type: 'WORKSPACE_HOST' })
  const { json } = await call('POST', '/telemetry-ext', { protoLogs: ['{}', '{}'] })
  expect(json).toMatchObject({ errors: [], numProtoSuccess: 2 })
})

it('says of what it does not know that it does not', async () => {
  const { status, json } = await call('POST', '/api/2.0/pipelines', {})
  expect([status, json.error_code]).toEqual([404, 'ENDPOINT_NOT_FOUND'])
  const wrong = await call('POST', '/api/2.2/jobs/reset', { job_id: 'seven' })
  expect(wrong.json).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
})

it('knows over a restart what was deployed', async () => {
  const first = await startWorkspace()
  const { json } = await first.call('POST', '/api/2.2/jobs/create', '{"name":"kept"}')
  await first.stop()
  const second = await startWorkspace({ folder: first.folder })
  try {
    const found = await second.call('GET', `/api/2.2/jobs/get?job_id=${json.job_id}`)
    expect(found.json.settings).toEqual({ name: 'kept' })
  } finally {
    await second.close()
  }
})
