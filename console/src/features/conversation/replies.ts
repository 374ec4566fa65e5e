import { onScopeDispose, type Ref } from 'vue'

import { failureWord, fieldReasons } from '@/api/failure'
import { hub } from '@/api/hub'
import type { TicketDetail } from '@/api/schema'
import { showToast } from '@/design/toast'
import type { Kept } from './kept'
import { words } from '@/i18n/locale'
import { fill } from '@/i18n/say'
import { addressOf, placeOf, ticketFrom } from '@/models/place'
import { failed, received, sent, withdrawn, type Outgoing, type Thread } from '@/models/thread'

/**
 * Sending: the reply is on screen and on the shelf before anybody has answered, and leaves the shelf
 * only when the hub has it. A repeat carries the same id, so it is the same message.
 */
export function useReplies(ticketId: Ref<string>, ticket: Ref<TicketDetail | null>, thread: Ref<Thread>, kept: Kept) {
  async function transmit(id: string, reply: Pick<Outgoing, 'clientId' | 'text' | 'at'>): Promise<void> {
    const reference = ticket.value?.reference ?? ''
    change(id, (current) => sent(current, reply))
    try {
      const message = await hub.reply(id, reply.clientId, reply.text)
      kept.forget(id, reply.clientId)
      change(id, (current) => received(current, message))
    } catch (error) {
      const problem = fieldReasons(error) || words.value.error[failureWord(error)]
      change(id, (current) => failed(current, reply.clientId, problem))
      if (!onScreen(id)) tell(id, reference)
    }
  }

  let left = false
  onScopeDispose(() => (left = true))
  const onScreen = (id: string) => !left && id === ticketId.value

  /** The conversation is not on screen any more: its failure must be seen all the same. The text is on the shelf. */
  function tell(id: string, reference: string): void {
    const open = () => (location.hash = addressOf(ticketFrom(placeOf(location.hash), id)))
    showToast(fill(words.value.composer.notSentElsewhere, { reference }), { label: words.value.list.openAlarm, run: open }, 'bad')
  }

  /** Changes the thread only while its ticket is on screen. */
  function change(id: string, step: (current: Thread) => Thread): void {
    if (!onScreen(id)) return
    thread.value = step(thread.value)
    kept.keepOutgoing(id, thread.value.outgoing)
  }

  return {
    send: (text: string) => transmit(ticketId.value, { clientId: crypto.randomUUID(), text, at: new Date().toISOString() }),
    retry: (item: Outgoing) => transmit(ticketId.value, item),
    withdraw: (item: Outgoing) => change(ticketId.value, (current) => withdrawn(current, item.clientId)),
  }
}
