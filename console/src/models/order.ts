import type { TicketRow } from '@/api/schema'

type Ranked = Pick<TicketRow, 'id' | 'state' | 'urgency' | 'due_at' | 'opened_at' | 'solved_at'>

/**
 * The order of every ticket list, as the hub pages it. Unsolved first: life in danger, then the soonest due,
 * then the oldest. Solved ones after them, the newest first.
 */
export function compareTickets(a: Ranked, b: Ranked): number {
  if (isSolved(a) && isSolved(b)) return time(b.solved_at) - time(a.solved_at) || compareIds(b, a)
  return Number(isSolved(a)) - Number(isSolved(b)) || calm(a) - calm(b) || due(a) - due(b) || time(a.opened_at) - time(b.opened_at) || compareIds(a, b)
}

/** Whether a ticket is pinned above the list. */
export function isDanger(ticket: Pick<TicketRow, 'urgency' | 'state'>): boolean {
  return ticket.urgency === 'P1' && !isSolved(ticket)
}

const isSolved = (ticket: Pick<TicketRow, 'state'>) => ticket.state === 'solved'
const calm = (ticket: Ranked) => (isDanger(ticket) ? 0 : 1)
const time = (iso: string | null) => (iso === null ? 0 : Date.parse(iso))
const due = (ticket: Ranked) => (ticket.due_at === null ? Number.MAX_SAFE_INTEGER : time(ticket.due_at))
const compareIds = (a: Ranked, b: Ranked) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
