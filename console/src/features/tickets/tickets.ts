import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'

import { hub } from '@/api/hub'
import { failureWord, type FailureWord } from '@/api/failure'
import type { TicketRow } from '@/api/schema'
import { Gather } from '@/models/gather'
import { isDanger } from '@/models/order'
import { emptyList, extended, opened, patched, settled, touched, type TicketList } from '@/models/ticket-list'
import type { View } from '@/models/view'
import { listen, onBack } from '@/stream'

type Status = 'loading' | 'ready' | FailureWord

/** More than this and one page is read instead of each row. */
const ONE_BY_ONE = 8
const LARGEST_PAGE = 100

const timer = { later: (run: () => void, ms: number) => void window.setTimeout(run, ms) }

/** The live list of a view. `onAlarm` hears each ticket in danger that was not shown before. */
export function useTickets(view: Ref<View>, onAlarm: (ticket: TicketRow) => void) {
  const list = shallowRef<TicketList>(emptyList(view.value))
  const status = ref<Status>('loading')
  const paging = ref(false)
  const gather = new Gather(readTouched, timer)
  /** Something happened while the first page was on its way: it may not be in it. */
  let overtaken = false

  async function load(): Promise<void> {
    const wanted = view.value
    list.value = emptyList(wanted)
    status.value = 'loading'
    overtaken = false
    try {
      const page = await hub.tickets(wanted, null)
      if (wanted !== view.value) return
      list.value = opened(wanted, page)
      status.value = 'ready'
      if (overtaken) await refresh()
    } catch (error) {
      if (wanted === view.value) status.value = failureWord(error)
    }
  }

  async function more(): Promise<void> {
    const { view: wanted, next } = list.value
    if (next === null || paging.value) return
    paging.value = true
    try {
      const page = await hub.tickets(wanted, next)
      if (wanted === view.value) list.value = extended(list.value, page)
    } catch {
      // The button stays: the reader asks again.
    } finally {
      paging.value = false
    }
  }

  /** Reads the list again without moving it. */
  async function refresh(): Promise<void> {
    if (status.value === 'loading') overtaken = true
    else if (status.value !== 'ready') await load()
    else await readPage(Math.min(LARGEST_PAGE, Math.max(50, list.value.rows.length)), shownIds())
  }

  async function readTouched(ids: string[]): Promise<void> {
    if (status.value !== 'ready') return refresh()
    if (ids.length > ONE_BY_ONE) return readPage(50, ids)
    merge(await readRows(ids))
  }

  /** The first rows, and those of `ids` that are on screen but not among them. */
  async function readPage(limit: number, ids: string[]): Promise<void> {
    const page = await hub.tickets(view.value, null, limit).catch(() => null)
    if (page === null) return
    const covered = new Set(page.items.map((row) => row.id))
    const shown = new Set(shownIds())
    merge([...page.items, ...(await readRows(ids.filter((id) => shown.has(id) && !covered.has(id)).slice(0, 20)))])
  }

  function merge(rows: readonly TicketRow[]): void {
    const before = new Set(shownIds())
    list.value = touched(list.value, rows)
    list.value.rows.filter((row) => isDanger(row) && !before.has(row.id)).forEach(onAlarm)
  }

  const shownIds = () => list.value.rows.map((row) => row.id)

  watch(view, load, { immediate: true })
  onBack(() => ['offline', 'server'].includes(status.value) && void load())
  onScopeDispose(
    listen({
      events: (events) => {
        for (const event of events) if (event.ticket_id) gather.add(event.ticket_id)
      },
      reload: (how) => void (how === 'anew' ? load() : refresh()),
    }),
  )

  return {
    list,
    status,
    paging,
    pinned: computed(() => list.value.rows.filter(isDanger)),
    others: computed(() => list.value.rows.filter((row) => !isDanger(row))),
    load,
    more,
    settle: () => (list.value = settled(list.value)),
    apply: (row: TicketRow) => (list.value = patched(list.value, row.id, row)),
  }
}

/** A ticket that cannot be read any more is left out. */
async function readRows(ids: string[]): Promise<TicketRow[]> {
  const rows = await Promise.all(ids.map((id) => hub.ticket(id).catch(() => null)))
  return rows.filter((row) => row !== null)
}
