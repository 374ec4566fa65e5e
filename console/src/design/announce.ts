import { readonly, ref } from 'vue'

/** What screen readers are told: quietly when they pause, at once for danger. */
const politely = ref('')
const urgently = ref('')

export const spoken = { polite: readonly(politely), urgent: readonly(urgently) }

export function announce(text: string): void {
  say(politely, text)
}

export function alarm(text: string): void {
  say(urgently, text)
}

/** Emptied first, so that the same sentence is read twice. */
function say(region: typeof politely, text: string): void {
  region.value = ''
  window.setTimeout(() => (region.value = text), 50)
}
