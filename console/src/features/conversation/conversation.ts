import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'

import { Failure, failureWord, type FailureWord } from '@/api/failure'
import { hub } from '@/api/hub'
import type { MessageItem, TicketDetail } from '@/api/schema'
import { Gather } from '@/models/gather'
import { deepened, EMPTY_THREAD, received, refreshed, type Outgoing, type Thread } from '@/models/thread'
import { listen, onBack } from '@/stream'

type Status = 'loading' | 'ready' | FailureWord

/**
 * One ticket and its messages, live. `keptOutgoing` gives the replies that a reload interrupted;
 * `onArrival` hears each message that came while the conversation was on screen.
 */
export function useConversation(ticketId: Ref<string>, keptOutgoing: (id: string) => Outgoing[], onArrival: (message: MessageItem) => void) {
  const ticket = shallowRef<TicketDetail | null>(null)
  const thread = shallowRef<Thread>(EMPTY_THREAD)
  const status = ref<Status>('loading')
  /** Something happened while the conversation was on its way: it may not be in it. */
  let overtaken = false
  const gather = new Gather(refresh, { later: (run, ms) => void window.setTimeout(run, ms) })

  async function load(): Promise<void> {
    const id = ticketId.value
    ticket.value = null
    thread.value = { ...EMPTY_THREAD, outgoing: keptOutgoing(id) }
    status.value = 'loading'
    overtaken = false
    try {
      const [detail, page] = await Promise.all([hub.ticket(id), hub.messages(id, null)])
      if (id !== ticketId.value) return
      ticket.value = detail
      thread.value = refreshed(thread.value, page)
      status.value = 'ready'
      if (overtaken) await refresh()
    } catch (error) {
      // An address that is no id (422) leads nowhere either.
      if (id === ticketId.value) status.value = error instanceof Failure && error.status === 422 ? 'missing' : failureWord(error)
    }
  }

  async function refresh(): Promise<void> {
    const id = ticketId.value
    if (status.value === 'loading') overtaken = true
    if (status.value !== 'ready') return
    const answers = await Promise.all([hub.ticket(id), hub.messages(id, null)]).catch(() => null)
    if (answers === null || id !== ticketId.value) return
    const known = new Set(thread.value.messages.map((message) => message.id))
    ticket.value = answers[0]
    thread.value = refreshed(thread.value, answers[1])
    answers[1].items.filter((message) => message.direction === 'in' && !known.has(message.id)).forEach(onArrival)
  }

  async function older(): Promise<void> {
    const id = ticketId.value
    if (thread.value.before === null) return
    const page = await hub.messages(id, thread.value.before).catch(() => null)
    if (page !== null && id === ticketId.value) thread.value = deepened(thread.value, page)
  }

  watch(ticketId, load, { immediate: true })
  onBack(() => ['offline', 'server'].includes(status.value) && void load())
  onScopeDispose(
    listen({
      events: (events) => {
        if (events.some((event) => event.ticket_id === ticketId.value)) gather.add(ticketId.value)
      },
      reload: (how) => {
        if (how === 'catch-up' && ['ready', 'loading'].includes(status.value)) gather.add(ticketId.value)
        else void load()
      },
    }),
  )

  return {
    ticket,
    thread,
    status,
    load,
    older,
    show: (message: MessageItem) => (thread.value = received(thread.value, message)),
  }
}
