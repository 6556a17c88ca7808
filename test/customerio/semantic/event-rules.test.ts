import { describe, expect, it } from '@jest/globals'
import { eventRules, semanticSchemas } from '../../../src/customerio/index.ts'

const required = (name: string) =>
  Object.entries(eventRules.get(name)?.properties ?? {})
    .filter(([, { isRequired }]) => isRequired)
    .map(([property]) => property)

describe('the rules of events', () => {
  it('are there for every schema, under its name', () => {
    expect([...eventRules.keys()]).toEqual(Object.keys(semanticSchemas))
    for (const [name, rule] of eventRules) expect(rule.name).toBe(name)
  })

  it('are plain data', () => {
    const all = Object.fromEntries(eventRules)
    expect(JSON.parse(JSON.stringify(all))).toEqual(all)
  })

  it('ask for a device exactly where Customer.io reads the event as one', () => {
    const names = [...eventRules.values()]
      .filter((rule) => rule.needsDevice)
      .map((rule) => rule.name)
    expect(names).toEqual([
      'Application Installed',
      'Application Opened',
      'Application Uninstalled',
    ])
  })

  it('name the call of a sync file for what Customer.io acts on', () => {
    const calls = [...eventRules.values()].flatMap(({ name, call }) =>
      call === undefined ? [] : [[name, call]],
    )
    expect(Object.fromEntries(calls)).toEqual({
      'User Deleted': 'person_delete',
      'User Suppressed': 'person_suppress',
      'User Unsuppressed': 'person_unsuppress',
      'Device Created or Updated': 'device',
      'Device Deleted': 'device_delete',
      'Object Deleted': 'object_delete',
      'Relationship Deleted': 'relationship_delete',
    })
  })

  it('make mandatory only what an event means nothing without', () => {
    const mandatory = [...eventRules.keys()].flatMap((name) =>
      required(name).map((property) => `${name}: ${property}`),
    )
    expect(mandatory).toEqual([
      'Object Deleted: objectId',
      'Relationship Deleted: objectId',
      'Report Delivery Event: deliveryId',
      'Report Delivery Event: metric',
      'Email Bounced: email_id',
      'Email Delivered: email_id',
      'Email Opened: email_id',
      'Email Link Clicked: email_id',
      'Email Marked as Spam: email_id',
      'Email Unsubscribed: email_id',
    ])
  })

  it('describe what is inside of lists', () => {
    expect(eventRules.get('Product List Filtered')?.properties.sorts).toEqual({
      type: 'array',
      items: { type: 'object', members: { type: { type: 'text' }, value: { type: 'text' } } },
    })
    expect(eventRules.get('Video Playback Started')?.properties.ad_asset_id).toEqual({
      type: 'array',
      items: { type: 'text' },
    })
    expect(eventRules.get('Video Playback Paused')?.properties).toMatchObject({
      ad_asset_id: { type: 'text' },
      total_length: { type: 'integer', mayBeNull: true },
      sound: { type: 'integer', least: 0, most: 100 },
    })
  })
})
