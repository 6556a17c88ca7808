import { isDeepStrictEqual } from 'node:util'
import type { EventRule, PropertyRule } from '../../../src/core/index.ts'
import { eventRules } from '../../../src/customerio/index.ts'

type Rules = Readonly<Record<string, PropertyRule>>

/** Members of a list that stand in the page once, under a name. */
const product = eventRules.get('Cart Viewed')?.properties.products?.items

/** The line of an event in docs/semantic-events.md: its name, its builder, its properties. */
export function lineOf({ name, properties }: EventRule): string {
  const joined = name.replaceAll(' ', '')
  const method = name.replace(/ (\w)/g, (_, first: string) => first.toUpperCase())
  const builder = `${joined.charAt(0).toLowerCase()}${method.slice(1)}`
  return `| \`${name}\` | \`${builder}\` | ${propertiesText(properties)} |`
}

/** The line that says what a product is. */
export function productLine(): string {
  return `A **product** is: ${propertiesText(product?.members ?? {})}.`
}

function propertiesText(rules: Rules): string {
  const texts = Object.entries(rules).map(([name, rule]) => {
    const star = rule.isRequired ? '\\*' : ''
    return `\`${name}\`${star} ${typeText(rule)}`
  })
  return texts.length === 0 ? 'any' : texts.join(', ')
}

function typeText({ type, oneOf, least, most, mayBeNull, items, members }: PropertyRule): string {
  const or = mayBeNull ? ' or null' : ''
  if (oneOf !== undefined) return oneOf.map((one) => `“${one}”`).join(' or ')
  if (least !== undefined) return `${type} ${least}–${most}${or}`
  if (isDeepStrictEqual(items, product)) return 'array of **products**'
  if (items !== undefined) return `array of ${typeText(items)}`
  const inside = Object.entries(members ?? {})
  if (inside.length === 0) return `${type}${or}`
  return `{ ${inside.map(([name, rule]) => `\`${name}\` ${typeText(rule)}`).join(', ')} }`
}
