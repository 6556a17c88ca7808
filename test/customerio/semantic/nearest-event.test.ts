import { describe, expect, it } from '@jest/globals'
import { eventRules, nearestEvent } from '../../../src/customerio/index.ts'

const names = [...eventRules.keys()]
const camel = (name: string) =>
  name
    .split(' ')
    .map((word, i) => (i === 0 ? word.toLowerCase() : word[0]!.toUpperCase() + word.slice(1)))
    .join('')

describe('the nearest event', () => {
  it.each(names)('of %s is none, for the name is exact', (name) => {
    expect(nearestEvent(name)).toBeUndefined()
    expect(nearestEvent(` ${name} `)).toBeUndefined()
  })

  it.each(names)('is %s in any case, with underscores, dashes or no spaces', (name) => {
    const spellings = [
      name.toLowerCase(),
      name.toUpperCase(),
      name.toLowerCase().replaceAll(' ', '_'),
      name.replaceAll(' ', '-'),
      name.replaceAll(' ', '  '),
      camel(name),
    ]
    for (const spelling of spellings)
      expect([spelling, nearestEvent(spelling)]).toEqual([spelling, name])
  })

  it.each([
    ['Order Complete', 'Order Completed'],
    ['Order Completes', 'Order Completed'],
    ['Completed Order', 'Order Completed'],
    ['Viewed Product', 'Product Viewed'],
    ['Product View', 'Product Viewed'],
    ['Product Search', 'Products Searched'],
    ['Order Cancel', 'Order Cancelled'],
    ['Order Canceled', 'Order Cancelled'],
    ['Coupon Apply', 'Coupon Applied'],
    ['Coupon Deny', 'Coupon Denied'],
    ['Email Unsubscribe', 'Email Unsubscribed'],
    ['Live Chat Message Send', 'Live Chat Message Sent'],
    ['Video Content Played', 'Video Content Playing'],
    ['User Delete', 'User Deleted'],
  ])('of "%s", another tense or order of words, is %s', (name, nearest) => {
    expect(nearestEvent(name)).toBe(nearest)
  })

  it.each([
    ['Product Added to Cart', 'Product Added'],
    ['product_added_to_cart', 'Product Added'],
    ['Add to Cart', 'Product Added'],
    ['Product Removed from Cart', 'Product Removed'],
    ['App Installed', 'Application Installed'],
    ['App Opened', 'Application Opened'],
    ['App Backgrounded', 'Application Backgrounded'],
    ['app_crash', 'Application Crashed'],
    ['Email Clicked', 'Email Link Clicked'],
    ['Video Started', 'Video Playback Started'],
    ['Video Seek Started', 'Video Playback Seek Started'],
    ['video_paused', 'Video Playback Paused'],
    ['Wishlisted Item Added to Cart', 'Wishlist Product Added to Cart'],
    ['Payment Info Updated', 'Payment Info Entered'],
    ['Group Deleted', 'Object Deleted'],
    ['Delete Person', 'User Deleted'],
    ['Device Updated', 'Device Created or Updated'],
  ])('of "%s", a name that others use, is %s', (name, nearest) => {
    expect(nearestEvent(name)).toBe(nearest)
  })

  it.each([
    ['Order Compelted', 'Order Completed'],
    ['Order Complted', 'Order Completed'],
    ['Prodduct Viewed', 'Product Viewed'],
    ['Checkout Stated', 'Checkout Started'],
    ['App Oppened', 'Application Opened'],
    ['Video Pausedd', 'Video Playback Paused'],
  ])('of "%s", one slip of the hand, is %s', (name, nearest) => {
    expect(nearestEvent(name)).toBe(nearest)
  })

  it.each([
    'Order Shipped',
    'Order Placed',
    'Order Created',
    'Order Delivered',
    'Order Returned',
    'Product Rated',
    'Product Ad',
    'Product Restocked',
    'Product Back in Stock',
    'Card Viewed',
    'Card Added',
    'Cart Abandoned',
    'Cart Updated',
    'Checkout Completed',
    'Payment Failed',
    'Payment Entered',
    'Subscription Started',
    'Subscription Renewed',
    'Trial Ended',
    'User Selected',
    'User Signed Up',
    'User Updated',
    'Email Verified',
    'Email Changed',
    'Email',
    'Video',
    'App',
    'Application Submitted',
    'Application Approved',
    'Application Trashed',
    'Video Uploaded',
    'Video Shared',
    'Message Sent',
    'Device Lost',
    'Invoice Paid',
    'Level Completed',
    'new_account',
    'constructor',
    '__proto__ viewed',
    'Course Started',
    'Köp genomfört',
    '',
    '   ',
  ])('of "%s" is none: it is merely like another, or like nothing', (name) => {
    expect(nearestEvent(name)).toBeUndefined()
  })
})
