import { computed, onScopeDispose, shallowRef } from 'vue'

import { hub } from '@/api/hub'
import type { TicketRow } from '@/api/schema'
import { alarm } from '@/design/announce'
import { words } from '@/i18n/locale'
import { fill } from '@/i18n/say'
import { Gather } from '@/models/gather'
import { isDanger } from '@/models/order'
import { listen } from '@/stream'

/** Tickets in danger that came while the console was open and that nobody here has opened yet; the one that has waited longest first. */
const raised = shallowRef<readonly TicketRow[]>([])
const told = new Set<string>()

/** Says once that a ticket is in danger, whatever is on screen. */
export function raiseAlarm(ticket: TicketRow): void {
  if (!isDanger(ticket) || told.has(ticket.id)) return
  told.add(ticket.id)
  raised.value = [...raised.value, ticket]
  alarm(fill(words.value.list.alarm, { title: ticket.title, name: ticket.member_name ?? ticket.sender ?? words.value.list.unknownSender }))
}

/** Hears every danger of the hub, not only those of the view that is shown. */
export function useAlarms() {
  const gather = new Gather(read, { later: (run, ms) => void window.setTimeout(run, ms) })

  async function read(ids: string[]): Promise<void> {
    const tickets = await Promise.all(ids.map((id) => hub.ticket(id).catch(() => null)))
    tickets.forEach((ticket) => ticket && raiseAlarm(ticket))
  }

  function settle(keep: (ticket: TicketRow) => boolean): void {
    if (!raised.value.every(keep)) raised.value = raised.value.filter(keep)
  }

  onScopeDispose(
    listen({
      events: (events) => {
        for (const { type, ticket_id: id } of events) {
          if (type === 'danger.detected' && id) gather.add(id)
          if (type === 'ticket.solved') settle((ticket) => ticket.id !== id)
        }
      },
      reload: () => undefined,
    }),
  )
  onScopeDispose(() => {
    raised.value = []
    told.clear()
  })
  return { first: computed(() => raised.value[0] ?? null), others: computed(() => Math.max(0, raised.value.length - 1)), settle }
}
