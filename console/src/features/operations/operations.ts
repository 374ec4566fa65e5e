import { onScopeDispose, ref, shallowRef } from 'vue'

import { failureWord, type FailureWord } from '@/api/failure'
import { hub } from '@/api/hub'
import type { Ledger, QuarantineItem } from '@/api/schema'
import { showToast } from '@/design/toast'
import { words } from '@/i18n/locale'
import { fill } from '@/i18n/say'
import { listen, onBack } from '@/stream'

/** A read that can be asked again, and where it stands. */
function useRead<T>(ask: () => Promise<T>) {
  const value = shallowRef<T | null>(null)
  const failure = ref<FailureWord | null>(null)
  async function load(): Promise<void> {
    try {
      value.value = await ask()
      failure.value = null
    } catch (error) {
      failure.value = failureWord(error)
    }
  }
  void load()
  onBack(() => failure.value !== null && void load())
  return { value, failure, load }
}

/** The books by hour. They are read when asked for: a ledger that moves cannot be checked. */
export function useLedger() {
  return useRead<Ledger>(hub.ledger)
}

/** What was put aside, and its way back in. */
export function useQuarantine() {
  const read = useRead<QuarantineItem[]>(hub.quarantine)
  const busy = ref(new Set<string>())

  async function replay(id: string): Promise<void> {
    busy.value.add(id)
    try {
      await hub.replay(id)
      read.value.value = read.value.value?.filter((item) => item.id !== id) ?? null
      showToast(fill(words.value.operations.replayed, { id }))
    } catch (error) {
      showToast(`${words.value.error.replay} ${words.value.error[failureWord(error)]}`, null, 'bad')
    } finally {
      busy.value.delete(id)
    }
  }

  onScopeDispose(
    listen({
      events: (events) => {
        if (events.some((event) => event.type === 'event.quarantined')) void read.load()
      },
      reload: () => void read.load(),
    }),
  )
  return { ...read, busy, replay }
}
