import type { Ref } from 'vue'

import { failureWord } from '@/api/failure'
import { hub } from '@/api/hub'
import type { Closure, TicketDetail, TicketRow } from '@/api/schema'
import { showToast } from '@/design/toast'
import { words } from '@/i18n/locale'
import { fill } from '@/i18n/say'

/** Solve and reopen at once, with an undo instead of a question. `onChange` hears the ticket before and after the hub's answer. */
export function useClosure(ticket: Ref<TicketDetail | null>, onChange: (row: TicketRow) => void) {
  function solve(reason: Closure['reason'] = 'answered'): void {
    const solved = ticket.value
    if (solved === null) return
    const undo = { label: words.value.conversation.undo, run: () => reopen(solved) }
    showToast(fill(words.value.conversation.solved, { reference: solved.reference }), undo)
    void move(solved, { state: 'solved', solved_at: new Date().toISOString() }, () => hub.solve(solved.id, reason))
  }

  function reopen(closed: TicketRow): void {
    showToast(fill(words.value.conversation.reopened, { reference: closed.reference }))
    void move({ ...closed, state: 'solved' }, { state: 'open', solved_at: null }, () => hub.reopen(closed.id))
  }

  async function move(before: TicketRow, change: Partial<TicketRow>, ask: () => Promise<TicketRow>): Promise<void> {
    apply({ ...before, ...change })
    try {
      apply(await ask())
    } catch (error) {
      apply(before)
      showToast(`${words.value.error.solve} ${words.value.error[failureWord(error)]}`, null, 'bad')
    }
  }

  function apply(row: TicketRow): void {
    if (ticket.value?.id === row.id) ticket.value = { ...ticket.value, ...row }
    onChange(row)
  }

  return { solve, reopen: () => ticket.value && reopen(ticket.value) }
}
