import { readonly, ref } from 'vue'

const TICK_MS = 10_000
const current = ref(Date.now())
window.setInterval(() => (current.value = Date.now()), TICK_MS)

/** The present, good to ten seconds: one timer for every clock on screen. */
export const now = readonly(current)
