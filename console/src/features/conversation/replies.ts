import type { Ref } from 'vue'

import { failureWord, fieldReasons } from '@/api/failure'
import { hub } from '@/api/hub'
import type { Kept } from './kept'
import { words } from '@/i18n/locale'
import { failed, received, sent, withdrawn, type Outgoing, type Thread } from '@/models/thread'

/**
 * Sending: the reply is on screen and on the shelf before anybody has answered, and leaves the shelf
 * only when the hub has it. A repeat carries the same id, so it is the same message.
 */
export function useReplies(ticketId: Ref<string>, thread: Ref<Thread>, kept: Kept) {
  async function transmit(id: string, reply: Pick<Outgoing, 'clientId' | 'text' | 'at'>): Promise<void> {
    change(id, (current) => sent(current, reply))
    try {
      const message = await hub.reply(id, reply.clientId, reply.text)
      kept.forget(id, reply.clientId)
      change(id, (current) => received(current, message))
    } catch (error) {
      const problem = fieldReasons(error) || words.value.error[failureWord(error)]
      change(id, (current) => failed(current, reply.clientId, problem))
    }
  }

  /** Changes the thread only while its ticket is on screen. */
  function change(id: string, step: (current: Thread) => Thread): void {
    if (id !== ticketId.value) return
    thread.value = step(thread.value)
    kept.keepOutgoing(id, thread.value.outgoing)
  }

  return {
    send: (text: string) => transmit(ticketId.value, { clientId: crypto.randomUUID(), text, at: new Date().toISOString() }),
    retry: (item: Outgoing) => transmit(ticketId.value, item),
    withdraw: (item: Outgoing) => change(ticketId.value, (current) => withdrawn(current, item.clientId)),
  }
}
