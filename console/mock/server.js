// A stand-in for the hub, to look at the console without it: `npm run build && npm run mock`.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

import { WebSocketServer } from 'ws'

import { addMessage, catalogue, delivery, ledger, messages, openTicket, quarantine, story, tickets } from './data.js'
import { REQUESTS } from './words.js'

const PORT = Number(process.env.PORT ?? 8765)
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const me = { id: '0192d3a0-0000-7000-8000-000000000001', name: 'Agathe Morel', email: 'agathe@exemple.org', role: 'administrator', actions: ['tickets.read', 'tickets.reply', 'tickets.solve', 'operations.read', 'operations.replay'] }
let broken = false

const rank = (row) => [row.state === 'solved' ? 1 : 0, row.state === 'solved' ? 9e15 - Date.parse(row.solved_at) : 0, row.urgency === 'P1' ? 0 : 1, row.due_at ?? '9', row.opened_at, row.id].join('|')
const fits = (row, state) => state === 'all' || row.state === state || (state === 'waiting' && row.state.startsWith('waiting'))
const problem = (status, detail) => [status, { type: 'about:blank', title: 'Problem', status, detail, errors: [] }]
const find = (id) => tickets.get(id)

function page(query) {
  const rows = [...tickets.values()].filter((row) => fits(row, query.get('state') ?? 'open') && (!query.get('owner') || row.owner === query.get('owner')))
  rows.sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
  const from = Number(query.get('after') ?? 0)
  const limit = Number(query.get('limit') ?? 50)
  return { items: rows.slice(from, from + limit), next: from + limit < rows.length ? String(from + limit) : null }
}

function queues() {
  const counts = new Map()
  for (const row of tickets.values()) {
    if (row.state !== 'open') continue
    const queue = counts.get(row.owner) ?? { owner: row.owner, open: 0, breached: 0 }
    counts.set(row.owner, { ...queue, open: queue.open + 1, breached: queue.breached + (row.breached ? 1 : 0) })
  }
  return [...counts.values()]
}

function reply(id, { client_id, text }) {
  const known = messages.get(id).find((message) => message.client_id === client_id)
  if (known) return [200, known]
  if (broken) return problem(503, 'Réponse impossible pour le moment.')
  const message = addMessage(find(id), { client_id, text, direction: 'out', author: 'human', author_name: me.name, delivery: delivery('queued') })
  publish('message.sent', id)
  ;['sending', 'sent', 'delivered'].forEach((state, at) => setTimeout(() => {
    message.delivery = { ...message.delivery, state, updated_at: new Date().toISOString() }
    publish('delivery.moved', id)
  }, 700 * (at + 1)))
  return [201, message]
}

function close(id, state) {
  Object.assign(find(id), { state, solved_at: state === 'solved' ? new Date().toISOString() : null })
  publish(state === 'solved' ? 'ticket.solved' : 'ticket.reopened', id)
  return [200, find(id)]
}

function decide(id, { decision }) {
  for (const [ticketId, list] of messages) {
    const message = list.find((item) => item.delivery?.id === id)
    if (!message) continue
    message.delivery = { ...message.delivery, state: { resend: 'queued', mark_sent: 'sent', give_up: 'failed' }[decision] }
    publish('delivery.moved', ticketId)
    return [200, message]
  }
  return problem(404, 'Unknown delivery.')
}

const routes = [
  ['POST', /^\/api\/session$/, (_, body) => (body.password === 'demo' ? [200, me, { 'Set-Cookie': 'mock=1; HttpOnly; SameSite=Strict; Path=/' }] : problem(401, 'Wrong pair.'))],
  ['GET', /^\/api\/session$/, () => [200, me]],
  ['DELETE', /^\/api\/session$/, () => [204, null, { 'Set-Cookie': 'mock=; Max-Age=0; Path=/' }]],
  ['GET', /^\/api\/catalogue$/, () => [200, catalogue]],
  ['GET', /^\/api\/queues$/, () => [200, queues()]],
  ['GET', /^\/api\/tickets$/, (_, __, query) => [200, page(query)]],
  ['GET', /^\/api\/tickets\/([^/]+)$/, (id) => (find(id) ? [200, find(id)] : problem(404, 'Unknown ticket.'))],
  ['GET', /^\/api\/tickets\/([^/]+)\/messages$/, (id) => [200, { items: messages.get(id) ?? [], before: null }]],
  ['POST', /^\/api\/tickets\/([^/]+)\/replies$/, reply],
  ['PUT', /^\/api\/tickets\/([^/]+)\/closure$/, (id) => close(id, 'solved')],
  ['DELETE', /^\/api\/tickets\/([^/]+)\/closure$/, (id) => close(id, 'open')],
  ['POST', /^\/api\/deliveries\/([^/]+)\/decision$/, decide],
  ['GET', /^\/api\/quarantine$/, () => [200, quarantine]],
  ['POST', /^\/api\/quarantine\/([^/]+)\/replay$/, (id) => (quarantine.splice(quarantine.findIndex((item) => item.id === id), 1), [204, null])],
  ['GET', /^\/api\/ledger$/, () => [200, { hours: ledger, balanced: false }]],
  // Commands for looking at live behaviour: not part of the hub.
  ['POST', /^\/mock\/open\/(\d+)\/(-?\d+)$/, (request, left) => (publish('ticket.opened', openTicket(0, REQUESTS[request], Number(left) * 60e3).id), [204, null])],
  ['POST', /^\/mock\/write$/, () => (addMessage(story, { text: 'Une dernière chose : le virement vient d’arriver, merci !' }), publish('message.received', story.id), [204, null])],
  ['POST', /^\/mock\/broken\/([01])$/, (on) => ((broken = on === '1'), [204, null])],
  ['GET', /^\/mock\/story$/, () => [200, story]],
]

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://mock')
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : null
  if (!/^\/(api|mock)\//.test(url.pathname)) return file(url.pathname, response)
  const open = url.pathname.startsWith('/mock/') || (request.method === 'POST' && url.pathname === '/api/session') || request.headers.cookie?.includes('mock=1')
  const route = routes.find(([method, path]) => method === request.method && path.test(url.pathname))
  const groups = route ? route[1].exec(url.pathname).slice(1) : []
  const [status, value, headers = {}] = !open ? problem(401, 'Sign in.') : route ? route[2](...pad(groups, body, url.searchParams)) : problem(404, 'No such path.')
  response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', ...headers })
  response.end(value === null ? undefined : JSON.stringify(value))
})

const pad = (groups, body, query) => (groups.length === 2 ? groups : [groups[0], body, query])

function file(path, response) {
  const name = path === '/' ? '/index.html' : normalize(path)
  try {
    const bytes = readFileSync(join(import.meta.dirname, '..', 'dist', name))
    response.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP })
    response.end(bytes)
  } catch {
    response.writeHead(404).end()
  }
}

let position = 1000
const sockets = new WebSocketServer({ server, path: '/api/stream' })
sockets.on('connection', (socket) => socket.send(JSON.stringify({ type: 'hello', position })))
setInterval(() => sockets.clients.forEach((socket) => socket.send('{"type":"ping"}')), 20_000)

function publish(type, ticketId) {
  const event = { position: ++position, type, at: new Date().toISOString(), ticket_id: ticketId, id: randomUUID() }
  sockets.clients.forEach((socket) => socket.send(JSON.stringify({ type: 'events', position, events: [event] })))
}

server.listen(PORT, '127.0.0.1', () => console.log(`mock hub on http://127.0.0.1:${PORT} (agathe@exemple.org, demo)`))
