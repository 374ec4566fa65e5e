import type { TicketRow } from '@/api/schema'

/** The four views, as the API names them. */
export const STATES = ['open', 'waiting', 'solved', 'all'] as const
export type ViewState = (typeof STATES)[number]

/** What the list shows: a state, and one owner's queue or every owner. */
export interface View {
  state: ViewState
  owner: string | null
}

/** Whether a ticket belongs in a view. */
export function belongs(ticket: Pick<TicketRow, 'state' | 'owner'>, view: View): boolean {
  return stateFits(ticket.state, view.state) && (view.owner === null || view.owner === ticket.owner)
}

function stateFits(state: TicketRow['state'], wanted: ViewState): boolean {
  if (wanted === 'all') return true
  if (wanted === 'waiting') return state.startsWith('waiting_')
  return state === wanted
}
