import type { TicketRow } from '@/api/schema'

/** `none`: nothing is promised · `calm` · `soon`: past the warning · `late`: past the promise. */
export type DuePhase = 'none' | 'calm' | 'soon' | 'late'

type Clocked = Pick<TicketRow, 'state' | 'due_at' | 'warning_at' | 'breached'>

/** How much a ticket's clock presses at `now` (milliseconds). Amber comes before red. */
export function duePhase(ticket: Clocked, now: number): DuePhase {
  if (ticket.state === 'solved' || ticket.due_at === null) return 'none'
  if (ticket.breached || now >= Date.parse(ticket.due_at)) return 'late'
  if (ticket.warning_at !== null && now >= Date.parse(ticket.warning_at)) return 'soon'
  return 'calm'
}
