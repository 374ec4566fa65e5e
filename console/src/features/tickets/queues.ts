import { onScopeDispose, shallowRef } from 'vue'

import { hub } from '@/api/hub'
import type { Queue } from '@/api/schema'
import { Gather } from '@/models/gather'
import { listen, onBack } from '@/stream'

const COUNT_EVERY_MS = 1_000
const MOVES_A_COUNT = /^(ticket\.|clock\.|danger\.)/

/** The owners' queues with their counts, at most one second old. */
export function useQueues() {
  const queues = shallowRef<Queue[] | null>(null)

  async function load(): Promise<void> {
    const read = await hub.queues().catch(() => null)
    if (read !== null) queues.value = read.sort((a, b) => b.open - a.open || a.owner.localeCompare(b.owner))
  }

  const gather = new Gather(load, { later: (run, ms) => void window.setTimeout(run, ms) }, COUNT_EVERY_MS)
  void load()
  onBack(() => gather.add('counts'))
  onScopeDispose(
    listen({
      events: (events) => {
        if (events.some((event) => MOVES_A_COUNT.test(event.type))) gather.add('counts')
      },
      reload: () => gather.add('counts'),
    }),
  )
  return { queues }
}
