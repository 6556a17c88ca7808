import type { DoorRequest, DoorResponse } from '../http/contract.ts'
import { type ListName, listNames } from './lists.ts'
import { pageHtml, pagePolicy } from './page-html.ts'
import type { Store } from './store.ts'
import type { Region } from './words.ts'

/** Who may look at the page. */
export interface PageOptions {
  /** When set, the page and its data are shown only to a request with `?secret=` this. */
  readonly pageSecret?: string
}

/** The page that shows what was received, and the data behind it. */
export interface Page {
  accepts(path: string): boolean
  handle(request: DoorRequest): DoorResponse
}

const mostRows = 500
const common = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Makes the page over a store. It answers only requests that were addressed to a loopback name. */
export function createPage(store: Store, { pageSecret }: PageOptions): Page {
  const answers: Readonly<Record<string, (query: URLSearchParams) => object | undefined>> = {
    '/twin/overview.json': () => overviewOf(store),
    '/twin/list.json': (query) => listOf(store, query),
    '/twin/person.json': (query) =>
      store.personDetail(query.get('id') ?? '', regionOf(query.get('region'))),
  }
  return {
    accepts: (path) => path === '/' || Object.hasOwn(answers, path),
    handle({ method, path, query, headers }) {
      if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'only GET')
      // A name that resolves to loopback by somebody else's will must not read the page through a browser.
      if (!isLoopback(headers.host)) return refuse(403, 'the page is for loopback only')
      if (pageSecret !== undefined && query.get('secret') !== pageSecret) {
        return refuse(403, 'the page asks for its secret')
      }
      if (path === '/') {
        const type = { 'content-type': 'text/html; charset=utf-8' }
        return {
          status: 200,
          headers: { ...common, ...type, 'content-security-policy': pagePolicy },
          body: pageHtml,
        }
      }
      const body = answers[path]?.(query)
      return body === undefined
        ? refuse(404, 'there is no such thing')
        : { status: 200, headers: common, body }
    },
  }
}

function overviewOf(store: Store): object {
  return {
    version: store.version,
    keep: store.keep,
    counts: store.counts(),
    perSecond: store.requestsPerSecond(60),
    mostInWindow: store.maxRequestsInWindow(3000),
  }
}

function listOf(store: Store, query: URLSearchParams): object | undefined {
  const name = listNames.find((known): known is ListName => known === query.get('name'))
  if (name === undefined) return undefined
  return store.list(name, {
    search: query.get('search') ?? '',
    offset: numberOf(query.get('offset'), 0, Number.MAX_SAFE_INTEGER),
    limit: numberOf(query.get('limit'), 100, mostRows),
  })
}

function numberOf(text: string | null, otherwise: number, most: number): number {
  return text !== null && /^\d{1,15}$/.test(text) ? Math.min(Number(text), most) : otherwise
}

function regionOf(text: string | null): Region | undefined {
  return text === 'us' || text === 'eu' ? text : undefined
}

function isLoopback(host = ''): boolean {
  return /^(localhost|[a-z0-9.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host)
}

function refuse(status: number, problem: string): DoorResponse {
  return { status, headers: common, body: { error: problem } }
}
