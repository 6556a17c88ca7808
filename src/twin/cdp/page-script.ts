/**
 * What the page does: asks once a second whether there is news, and draws. Every value is put in as text, never as
 * HTML, so nothing that was received can become part of the page.
 */
export const pageScript = String.raw`
'use strict'
const lists = {
  people: [['person', r => r.id ?? r.email ?? r.anonymousIds[0]], ['e-mail', r => r.email], ['traits', r => r.traits, 'json'],
    ['events', r => r.events, 'number'], ['last seen', r => r.lastSeen, 'time'], ['region', r => r.region]],
  events: [['event', r => r.name], ['type', r => r.type, 'tag'], ['person', r => r.person ?? r.anonymousId ?? r.groupId],
    ['properties', r => r.properties, 'json'], ['happened', r => Date.parse(r.time), 'time'], ['region', r => r.region]],
  objects: [['type', r => r.objectTypeId], ['object', r => r.objectId], ['attributes', r => r.attributes, 'json'],
    ['last seen', r => r.lastSeen, 'time'], ['region', r => r.region]],
  relationships: [['person', r => r.person], ['type', r => r.objectTypeId], ['object', r => r.objectId],
    ['attributes', r => r.attributes, 'json'], ['region', r => r.region]],
  devices: [['person', r => r.person], ['token', r => r.token], ['platform', r => r.platform], ['attributes', r => r.attributes, 'json'],
    ['last used', r => Date.parse(r.lastUsed), 'time'], ['region', r => r.region]],
  messages: [['message id', r => r.messageId], ['type', r => r.type, 'tag'], ['fate', r => r.fate, 'tag'], ['received', r => r.times + ' \u00d7', 'number'],
    ['content', r => r.content, 'json'], ['first', r => r.firstAt, 'time'], ['region', r => r.region]],
  requests: [['time', r => r.at, 'time'], ['call', r => r.path, 'code'], ['status', r => r.status, 'tag'], ['verdict', r => r.verdict, 'tag'],
    ['mode', r => r.strict ? 'strict' : 'permissive', 'code'], ['messages', r => r.messages, 'number'], ['bytes', r => r.bytes, 'number'],
    ['key', r => r.key, 'code'], ['why', r => r.text], ['region', r => r.region]],
  dropped: [['time', r => r.at, 'time'], ['call', r => r.path, 'code'], ['answered', r => r.status === 200 ? 'silent 200' : r.status, 'tag'], ['reason', r => r.reason, 'tag'],
    ['why', r => r.text], ['region', r => r.region]],
  ignored: [['time', r => r.at, 'time'], ['message id', r => r.messageId], ['type', r => r.type, 'tag'], ['fate', r => r.fate, 'tag'],
    ['why', r => r.note], ['region', r => r.region]],
  failures: [['time', r => r.at, 'time'], ['message id', r => r.messageId], ['attribute', r => r.attribute], ['why', r => r.note], ['region', r => r.region]],
  suppressions: [['time', r => r.at, 'time'], ['identifier', r => r.identifier], ['region', r => r.region]],
  reports: [['time', r => r.at, 'time'], ['event', r => r.event], ['properties', r => r.properties, 'json'], ['region', r => r.region]],
}
const titles = { dropped: 'not taken', failures: 'failures' }
const cards = [['requests'], ['messages', 'messages taken'], ['lost', 'not taken', 'bad'], ['people'], ['events'], ['objects'],
  ['devices'], ['ignored', 'without effect', 'warn'], ['failures', 'attribute failures', 'warn']]
const colors = { accepted: 'good', applied: 'good', 200: 'good', partly: 'warn', duplicate: 'warn', ignored: 'warn', 429: 'warn', 'silent 200': 'warn',
  dropped: 'bad', refused: 'bad', 400: 'bad', 401: 'bad', 413: 'bad', 415: 'bad' }
const secret = new URLSearchParams(location.search).get('secret')
const find = id => document.getElementById(id)
const number = n => n.toLocaleString('en')
let version = -1, limit = 100

function make(name, text, className) {
  const element = document.createElement(name)
  if (text !== undefined && text !== null) element.textContent = String(text)
  if (className) element.className = className
  return element
}
function put(parent, ...children) { parent.replaceChildren(...children); return parent }
async function get(path, query) {
  const params = new URLSearchParams(query)
  if (secret !== null) params.set('secret', secret)
  const answer = await fetch('/twin/' + path + '?' + params)
  if (answer.status === 404) return undefined
  if (!answer.ok) throw new Error('HTTP ' + answer.status)
  return answer.json()
}
function time(ms) {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return ''
  const iso = date.toISOString()
  return (iso.slice(0, 10) === new Date().toISOString().slice(0, 10) ? '' : iso.slice(0, 10) + ' ') + iso.slice(11, 19)
}
function cell(value, kind) {
  if (value === undefined || value === null) return make('td')
  if (kind === 'time') return make('td', time(value), 'time')
  if (kind === 'number') return make('td', typeof value === 'number' ? number(value) : value, 'number')
  if (kind === 'tag') { const td = make('td'); td.append(make('span', value, 'tag ' + (colors[value] ?? ''))); return td }
  if (kind === 'json') { const td = make('td', undefined, 'json'); td.append(make('div', line(value))); return td }
  return make('td', value, kind)
}
const line = value => Object.entries(value).map(([name, v]) => name + ': ' + JSON.stringify(v)).join('   ')
function table(columns, rows, onOpen) {
  const card = make('div', undefined, 'card')
  if (rows.length === 0) { card.append(make('p', find('search').value ? 'Nothing matches.' : 'Nothing yet.', 'empty')); return card }
  const head = make('tr')
  for (const [title, , kind] of columns) { const th = make('th', title); if (kind === 'number') th.style.textAlign = 'right'; head.append(th) }
  const body = make('tbody')
  for (const row of rows) {
    const tr = make('tr')
    for (const [, value, kind] of columns) tr.append(cell(value(row), kind))
    if (onOpen) { tr.className = 'open'; tr.tabIndex = 0; tr.onclick = () => onOpen(row); tr.onkeydown = e => { if (e.key === 'Enter') onOpen(row) } }
    body.append(tr)
  }
  const thead = make('thead'); thead.append(head)
  const whole = make('table'); whole.append(thead, body); card.append(whole)
  return card
}
const openPerson = row => { location.hash = 'person/' + row.region + '/' + encodeURIComponent(row.id ?? row.email ?? row.anonymousIds[0]) }
function definitions(pairs) {
  const dl = make('dl', undefined, 'card')
  for (const [name, value] of pairs) dl.append(make('dt', name), make('dd', typeof value === 'string' ? value : JSON.stringify(value)))
  return dl
}
async function drawPerson(region, id) {
  const found = await get('person.json', { region, id })
  const back = make('button', '\u2190 all people', 'plain')
  back.onclick = () => { location.hash = 'people' }
  if (!found) return put(find('main'), back, make('p', 'Nobody is known by that name.', 'empty'))
  const { person, events, devices, relationships } = found
  const names = Object.entries({ id: person.id, 'e-mail': person.email, 'anonymous ids': person.anonymousIds.join(', '),
    'first seen': time(person.firstSeen), 'last seen': time(person.lastSeen), region: person.region }).filter(([, v]) => v)
  const parts = [back, make('h2', id), make('h3', 'Person'), definitions(names)]
  const traits = Object.entries(person.traits)
  parts.push(make('h3', 'Traits'), traits.length ? definitions(traits) : make('p', 'None.', 'dim'))
  const without = name => lists[name].filter(([title]) => title !== 'person' && title !== 'region')
  parts.push(make('h3', 'Events'), table(without('events'), [...events].reverse().slice(0, 200)))
  if (devices.length) parts.push(make('h3', 'Devices'), table(without('devices'), devices))
  if (relationships.length) parts.push(make('h3', 'Relationships'), table(without('relationships'), relationships))
  put(find('main'), ...parts)
}
async function drawList(name) {
  const part = await get('list.json', { name, limit, search: find('search').value })
  if (!part || name !== here()[0]) return
  const parts = [table(lists[name], part.rows, name === 'people' ? openPerson : undefined)]
  if (part.hasMore && limit < 500) {
    const more = make('button', 'Show more', 'plain more')
    more.onclick = () => { limit = 500; draw() }
    parts.push(more)
  } else if (part.isCut) parts.push(make('p', 'Only the newest 50,000 were searched.', 'empty'))
  else if (part.hasMore) parts.push(make('p', 'Only the newest 500 are shown; search for the others.', 'empty'))
  put(find('main'), ...parts)
}
function here() {
  const parts = location.hash.slice(1).split('/')
  return parts[0] === 'person' || Object.hasOwn(lists, parts[0]) ? parts : ['people']
}
function draw() {
  const [name, region, id] = here()
  const current = name === 'person' ? 'people' : name
  for (const tab of find('tabs').children) tab.setAttribute('aria-current', tab.dataset.name === current ? 'page' : 'false')
  find('search').hidden = name === 'person'
  return name === 'person' ? drawPerson(region, decodeURIComponent(id ?? '')) : drawList(name)
}
function drawPace(perSecond, most) {
  const canvas = find('pace'), paper = canvas.getContext('2d'), top = Math.max(...perSecond, 1)
  paper.clearRect(0, 0, canvas.width, canvas.height)
  paper.fillStyle = getComputedStyle(document.body).getPropertyValue('--accent')
  const step = canvas.width / perSecond.length
  perSecond.forEach((n, i) => { const height = n === 0 ? 1 : Math.max(3, n / top * canvas.height); paper.fillRect(i * step, canvas.height - height, step - 2, height) })
  find('pace-text').textContent = number(perSecond.at(-1)) + ' requests/s now, at most ' + number(most) + ' in any 3 s'
}
async function poll() {
  try {
    const news = await get('overview.json')
    find('state').className = ''
    find('state').textContent = news.keep === 'counts' ? 'live, counting only' : 'live'
    drawPace(news.perSecond, news.mostInWindow)
    if (news.version !== version) {
      version = news.version
      put(find('counts'), ...cards.map(([name, title, color]) => {
        const count = news.counts[name], card = make('div', undefined, 'count ' + (count > 0 && color ? color : ''))
        card.append(make('b', number(count)), make('span', title ?? name))
        return card
      }))
      await draw()
    }
  } catch {
    find('state').className = 'away'
    find('state').textContent = 'the twin does not answer'
  }
  setTimeout(poll, 1000)
}
for (const name of Object.keys(lists)) {
  const tab = make('button', titles[name] ?? name)
  tab.dataset.name = name
  tab.onclick = () => { find('search').value = ''; location.hash = name }
  find('tabs').append(tab)
}
const redraw = () => draw().catch(() => {})
addEventListener('hashchange', () => { limit = 100; scrollTo(0, 0); redraw() })
let typing
find('search').addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(redraw, 150) })
poll()
`
