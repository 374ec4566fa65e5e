import { readonly, ref, watch } from 'vue'

import { StreamReader, type Liveness, type Listener, type Outside } from '@/models/reader'

/** The one stream of this page, over a WebSocket. What it does with frames and failures is in models/reader. */
const liveness = ref<Liveness>('connecting')
let refused: () => void = () => undefined
let timer = 0

const browser: Outside = {
  dial(after, line) {
    const query = after === null ? '' : `?after=${String(after)}`
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/stream${query}`)
    socket.onmessage = (message) => {
      if (typeof message.data === 'string') line.hear(message.data)
    }
    socket.onclose = () => line.closed()
    return () => {
      socket.onmessage = socket.onclose = null
      socket.close()
    }
  },
  wake(run, ms) {
    window.clearTimeout(timer)
    timer = window.setTimeout(run, ms)
  },
  sleep: () => window.clearTimeout(timer),
  chance: Math.random,
}

const reader = new StreamReader(
  browser,
  (now) => (liveness.value = now),
  () => refused(),
)

window.addEventListener('online', () => reader.hurry())
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') reader.hurry()
})

/** Whether what is on screen is live. */
export const live = readonly(liveness)

/** Hears the stream until the returned function is called. */
export const listen = (listener: Listener): (() => void) => reader.listen(listener)

/** Runs each time the line comes back, for as long as the caller lives: what failed meanwhile deserves another try. */
export const onBack = (run: () => void) => watch(liveness, (now) => now === 'on' && run())

/** Opens the stream. `onRefused` runs when it closes before the hub spoke: the session may be over. */
export function openStream(onRefused: () => void): void {
  refused = onRefused
  reader.start()
}

export const closeStream = (): void => reader.stop()
