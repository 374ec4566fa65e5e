import type { TicketRow } from '@/api/schema'
import { compareTickets, isDanger } from '@/models/order'
import { belongs, type View } from '@/models/view'

/**
 * A list that never moves what somebody is reading: rows change in place, new rows wait in `fresh`
 * until they are asked for. Only danger (P1) enters at once, in its own place above the list.
 */
export interface TicketList {
  view: View
  /** As shown, in order. A row that left the view stays until the list is settled. */
  rows: readonly TicketRow[]
  /** New rows that wait to be shown. */
  fresh: readonly TicketRow[]
  /** Cursor of the next page; null at the end. */
  next: string | null
}

export function emptyList(view: View): TicketList {
  return { view, rows: [], fresh: [], next: null }
}

/** The first page of a view, replacing everything. */
export function opened(view: View, page: { items: TicketRow[]; next: string | null }): TicketList {
  return { view, rows: sorted(page.items), fresh: [], next: page.next }
}

/** One more page under the list; a row already there is only brought up to date. */
export function extended(list: TicketList, page: { items: TicketRow[]; next: string | null }): TicketList {
  const refreshed = replaceKnown(list, page.items)
  const unknown = page.items.filter((row) => !has(list.rows, row.id) && !has(list.fresh, row.id))
  return { ...refreshed, rows: [...refreshed.rows, ...sorted(unknown)], next: page.next }
}

/** Rows read again after something happened to them. */
export function touched(list: TicketList, rows: readonly TicketRow[]): TicketList {
  const refreshed = replaceKnown(list, rows)
  const newcomers = rows.filter((row) => isNewcomer(refreshed, row))
  const alarms = newcomers.filter(isDanger)
  const quiet = newcomers.filter((row) => !isDanger(row))
  const nothingToDisturb = refreshed.rows.length === 0
  const shown = nothingToDisturb ? newcomers : alarms
  return {
    ...refreshed,
    rows: shown.length > 0 ? pin(refreshed.rows, shown) : refreshed.rows,
    fresh: nothingToDisturb ? [] : [...refreshed.fresh, ...quiet],
  }
}

/** The list after its reader asked for what is new: everything in order, what left the view gone. */
export function settled(list: TicketList): TicketList {
  const rows = [...list.rows, ...list.fresh].filter((row) => belongs(row, list.view))
  return { ...list, rows: sorted(rows), fresh: [] }
}

/** A row changed ahead of the server's answer (solve, reopen). */
export function patched(list: TicketList, id: string, change: Partial<TicketRow>): TicketList {
  return { ...list, rows: list.rows.map((row) => (row.id === id ? { ...row, ...change } : row)) }
}

/** The row before or after another one; the first when there is none. */
export function neighbour(rows: readonly TicketRow[], id: string | null, step: 1 | -1): TicketRow | undefined {
  const at = rows.findIndex((row) => row.id === id)
  if (at < 0) return rows[0]
  return rows[Math.min(rows.length - 1, Math.max(0, at + step))]
}

function replaceKnown(list: TicketList, rows: readonly TicketRow[]): TicketList {
  const latest = new Map(rows.map((row) => [row.id, row]))
  const renew = (row: TicketRow) => latest.get(row.id) ?? row
  return {
    ...list,
    rows: raised(list.rows.map(renew)),
    fresh: list.fresh.map(renew).filter((row) => belongs(row, list.view)),
  }
}

/** A shown ticket that becomes a danger goes to the pinned ones; the others keep their places. */
function raised(rows: readonly TicketRow[]): readonly TicketRow[] {
  return [...rows.filter(isDanger), ...rows.filter((row) => !isDanger(row))]
}

function isNewcomer(list: TicketList, row: TicketRow): boolean {
  if (has(list.rows, row.id) || has(list.fresh, row.id) || !belongs(row, list.view)) return false
  const last = list.rows.at(-1)
  const comesWithALaterPage = list.next !== null && last !== undefined && compareTickets(row, last) > 0
  return isDanger(row) || !comesWithALaterPage
}

function pin(rows: readonly TicketRow[], alarms: readonly TicketRow[]): readonly TicketRow[] {
  const pinned = sorted([...rows.filter(isDanger), ...alarms.filter(isDanger)])
  return [...pinned, ...rows.filter((row) => !isDanger(row)), ...sorted(alarms.filter((row) => !isDanger(row)))]
}

const sorted = (rows: readonly TicketRow[]) => [...rows].sort(compareTickets)
const has = (rows: readonly TicketRow[], id: string) => rows.some((row) => row.id === id)
