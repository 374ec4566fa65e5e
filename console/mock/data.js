// A small, seeded hub in memory: enough to look at every screen.
import { randomUUID } from 'node:crypto'

import { LONG_MAIL, OWNERS, PEOPLE, REQUESTS } from './words.js'

let seed = 20261
const chance = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648)
const pick = (list) => list[Math.floor(chance() * list.length)]
const minutes = (n) => n * 60_000
const iso = (ms) => new Date(ms).toISOString()
const TARGET = { P1: 2, P2: 60, P3: 720, P4: 1440 }
const CHANNELS = ['email', 'email', 'email', 'whatsapp', 'chat', 'messenger']

export const tickets = new Map()
export const messages = new Map()

export function addMessage(ticket, change) {
  const at = change.received_at ?? iso(Date.now())
  const message = {
    id: randomUUID(), client_id: null, direction: 'in', author: 'member', author_name: ticket.member_name ?? ticket.remote_address,
    subject: null, text: '', language: ticket.language, sent_at: at, received_at: at, attachments: [], delivery: null, ...change,
  }
  messages.get(ticket.id).push(message)
  return message
}

export function delivery(state, detail = '') {
  return { id: randomUUID(), state, attempts: state === 'failed' ? 6 : 1, detail, updated_at: iso(Date.now()) }
}

let reference = 4100
export function openTicket(age = 0, request = pick(REQUESTS.slice(2)), left = null) {
  const [kind, title, owner, urgency, medical, texts] = request
  const language = pick(Object.keys(texts))
  const [name, country, zone] = pick(PEOPLE)
  const known = chance() > 0.12
  const opened = Date.now() - age
  const due = left === null ? opened + minutes(TARGET[urgency] * (0.6 + chance())) : Date.now() + left
  const ticket = {
    id: randomUUID(), reference: `VI-${++reference}`, state: 'open', kind, risk: 'frais_sante', owner, urgency, medical, language, title,
    channel: pick(CHANNELS), member_name: known ? name : null, sender: name, country: known ? country : null, opened_at: iso(opened), first_message_at: iso(opened),
    updated_at: iso(opened), first_response_at: null, solved_at: null, due_at: iso(due), warning_at: iso(due - (due - opened) / 4), breached: due < Date.now(),
    reason: `Nature reconnue dans le premier message ; la matrice donne ce propriétaire pour un volontaire couvert à cette date.`,
    remote_address: `${name.toLowerCase().normalize('NFD').replace(/[^a-z]+/g, '.')}@exemple.org`,
    member: known ? { id: randomUUID(), name, rank: 'member', language, country, time_zone: zone, departure_date: '2026-03-01', mission_end: '2028-02-29', verified: chance() > 0.25 } : null,
  }
  tickets.set(ticket.id, ticket)
  messages.set(ticket.id, [])
  addMessage(ticket, { text: texts[language], received_at: ticket.opened_at, subject: ticket.channel === 'email' ? title : null })
  return ticket
}

function tell(ticket) {
  const start = Date.parse(ticket.opened_at)
  addMessage(ticket, { direction: 'out', author: 'automatic', author_name: 'Centre de contact', text: 'Votre message est bien arrivé. Une personne vous répond avant l’échéance indiquée dans votre espace.', received_at: iso(start + 4000), delivery: delivery('read') })
  addMessage(ticket, { text: LONG_MAIL, received_at: iso(start + minutes(190)), subject: 'Re: mes remboursements', attachments: [{ id: randomUUID(), filename: 'facture-examen-28-octobre.pdf', content_type: 'application/pdf', size: 284_113 }, { id: randomUUID(), filename: 'preuve de paiement.jpg', content_type: 'image/jpeg', size: 1_840_220 }] })
  addMessage(ticket, { direction: 'out', author: 'human', author_name: 'Agathe Morel', text: 'Bonjour,\n\nMerci pour ce récapitulatif très clair. Le dossier est complet : il manquait seulement la preuve de paiement, que nous avons bien reçue.\n\nJe surveille le virement et vous écris dès qu’il part.', received_at: iso(start + minutes(1600)), delivery: delivery('delivered') })
  addMessage(ticket, { text: 'Merci beaucoup ! Faut-il que je mette à jour mon numéro de téléphone dès maintenant ?', received_at: iso(start + minutes(1700)) })
  addMessage(ticket, { direction: 'out', author: 'human', author_name: 'Agathe Morel', text: 'Oui, dès que votre nouvelle ligne est active : Profil, puis Coordonnées. Cela ne retarde pas le virement.', received_at: iso(start + minutes(1712)), delivery: delivery('uncertain') })
}

const states = ['open', 'open', 'open', 'waiting_member', 'waiting_partner', 'solved', 'solved']
for (let at = 0; at < 340; at++) {
  const ticket = openTicket(minutes(20 + chance() * 6000))
  ticket.state = pick(states)
  if (ticket.state !== 'open') ticket.first_response_at = iso(Date.parse(ticket.opened_at) + minutes(30))
  if (ticket.state === 'solved') ticket.solved_at = iso(Date.now() - minutes(chance() * 900))
  if (ticket.state !== 'open' || chance() > 0.03) ticket.due_at = iso(Math.max(Date.parse(ticket.due_at), Date.now() + minutes(20 + chance() * 900)))
  ticket.breached = ticket.state === 'open' && Date.parse(ticket.due_at) < Date.now()
  ticket.warning_at = iso(Date.parse(ticket.due_at) - minutes(60))
}
openTicket(minutes(1), REQUESTS[0], minutes(1))
openTicket(minutes(3), REQUESTS[1], minutes(4))
export const story = openTicket(minutes(2900), REQUESTS[3], minutes(25))
Object.assign(story, { channel: 'email', language: 'fr', warning_at: iso(Date.now() - minutes(4)), first_response_at: iso(Date.now() - minutes(1300)) })
tell(story)

const names = ([fr, en, es]) => ({ fr, en, es })
export const catalogue = {
  kinds: Object.fromEntries(REQUESTS.map(([kind, title]) => [kind, { fr: title, en: title, es: title }])),
  owners: Object.fromEntries(Object.entries(OWNERS).map(([owner, three]) => [owner, names(three)])),
}

export const quarantine = [
  { id: 'event-811', account_id: randomUUID(), channel: 'email', received_at: iso(Date.now() - minutes(42)), attempts: 3, reason: 'En-tête Date illisible après décodage (« 31 Feb »).' },
  { id: 'payload-794', account_id: randomUUID(), channel: 'whatsapp', received_at: iso(Date.now() - minutes(260)), attempts: 1, reason: 'Signature fausse : le secret du compte a peut-être changé.' },
]

export const ledger = Array.from({ length: 24 }, (_, at) => {
  const stored = Math.round(30 + 60 * chance())
  const lost = at === 6 ? 2 : 0
  const row = { hour: iso(Math.floor(Date.now() / 3600e3 - at) * 3600e3), received: stored + 3, duplicates: 3, stored, quarantined: at === 4 ? 1 : 0, pending: at === 0 ? 4 : 0, replies: 22, settled: at === 0 ? 20 : 22, unsettled: at === 0 ? 2 : 0 }
  const processed = stored - row.quarantined - row.pending
  const faults = lost === 0 ? [] : [{ fault: 'no_message', gap: -lost }]
  return { ...row, accepted: stored, processed, said: processed, messages: processed - lost, faults, balanced: lost === 0 }
})
