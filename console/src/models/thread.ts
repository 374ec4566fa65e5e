import type { MessageItem } from '@/api/schema'

/** A reply that the server has not confirmed yet. It survives a reload; a repeat carries the same id. */
export interface Outgoing {
  clientId: string
  text: string
  at: string
  phase: 'sending' | 'failed'
  /** What went wrong and what to do; empty while sending. */
  problem: string
}

/** What one conversation shows: what the server keeps, then what is still on its way. */
export interface Thread {
  messages: readonly MessageItem[]
  outgoing: readonly Outgoing[]
  /** Cursor towards older messages; null at the beginning. */
  before: string | null
}

export const EMPTY_THREAD: Thread = { messages: [], outgoing: [], before: null }

/** The newest page: rows already shown are brought up to date, confirmed replies leave `outgoing`. */
export function refreshed(thread: Thread, page: { items: MessageItem[]; before: string | null }): Thread {
  const first = thread.messages.length === 0
  return confirmed({ ...thread, messages: merged(thread.messages, page.items), before: first ? page.before : thread.before })
}

/** A page of older messages above. */
export function deepened(thread: Thread, page: { items: MessageItem[]; before: string | null }): Thread {
  return { ...thread, messages: merged(page.items, thread.messages), before: page.before }
}

/** One message as the server now has it. */
export function received(thread: Thread, message: MessageItem): Thread {
  return confirmed({ ...thread, messages: merged(thread.messages, [message]) })
}

/** A reply is shown before anybody has answered. */
export function sent(thread: Thread, reply: Pick<Outgoing, 'clientId' | 'text' | 'at'>): Thread {
  const others = thread.outgoing.filter((item) => item.clientId !== reply.clientId)
  return { ...thread, outgoing: [...others, { ...reply, phase: 'sending', problem: '' }] }
}

/** The reply did not get through: it stays, with what to do. */
export function failed(thread: Thread, clientId: string, problem: string): Thread {
  const mark = (item: Outgoing): Outgoing => (item.clientId === clientId ? { ...item, phase: 'failed', problem } : item)
  return { ...thread, outgoing: thread.outgoing.map(mark) }
}

/** The reply is taken back by its author. */
export function withdrawn(thread: Thread, clientId: string): Thread {
  return { ...thread, outgoing: thread.outgoing.filter((item) => item.clientId !== clientId) }
}

function confirmed(thread: Thread): Thread {
  const known = new Set(thread.messages.map((message) => message.client_id))
  return { ...thread, outgoing: thread.outgoing.filter((item) => !known.has(item.clientId)) }
}

function merged(older: readonly MessageItem[], newer: readonly MessageItem[]): readonly MessageItem[] {
  const byId = new Map(older.map((message) => [message.id, message]))
  for (const message of newer) byId.set(message.id, message)
  return [...byId.values()].sort(compareMessages)
}

/** Our server's time decides: a sender's clock may be wrong. */
function compareMessages(a: MessageItem, b: MessageItem): number {
  return Date.parse(a.received_at) - Date.parse(b.received_at) || (a.id < b.id ? -1 : 1)
}
