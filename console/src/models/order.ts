import type { TicketRow } from '@/api/schema'

type Ranked = Pick<TicketRow, 'id' | 'urgency' | 'due_at' | 'opened_at'>

/** The order of every ticket list: life in danger first, then the soonest due, then the oldest. */
export function compareTickets(a: Ranked, b: Ranked): number {
  return danger(a) - danger(b) || dueTime(a) - dueTime(b) || time(a.opened_at) - time(b.opened_at) || compareIds(a, b)
}

/** Whether a ticket is pinned above the list. */
export function isDanger(ticket: Pick<TicketRow, 'urgency'>): boolean {
  return ticket.urgency === 'P1'
}

const danger = (ticket: Ranked) => (isDanger(ticket) ? 0 : 1)
const time = (iso: string) => Date.parse(iso)
const dueTime = (ticket: Ranked) => (ticket.due_at ? time(ticket.due_at) : Number.MAX_SAFE_INTEGER)
const compareIds = (a: Ranked, b: Ranked) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
