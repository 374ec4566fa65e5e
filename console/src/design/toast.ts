import { readonly, ref } from 'vue'

export interface Toast {
  id: number
  text: string
  tone: 'plain' | 'bad'
  /** What the button says and does; null without a button. */
  action: { label: string; run: () => void } | null
}

const LIFE_MS = 10_000
const current = ref<Toast | null>(null)
let timer = 0
let serial = 0

/** The one message at the foot of the screen. */
export const toast = readonly(current)

export function showToast(text: string, action: Toast['action'] = null, tone: Toast['tone'] = 'plain'): void {
  current.value = { id: ++serial, text, tone, action }
  resumeToast()
}

/** Runs the toast's action, as its button or the keyboard asked. */
export function actOnToast(): void {
  const action = current.value?.action
  closeToast()
  action?.run()
}

export function closeToast(): void {
  window.clearTimeout(timer)
  current.value = null
}

/** The time stands still while somebody points at it or has it in focus. */
export function holdToast(): void {
  window.clearTimeout(timer)
}

/** What went wrong stays until it is closed: it may have happened while nobody looked. */
export function resumeToast(): void {
  window.clearTimeout(timer)
  if (current.value?.tone !== 'bad') timer = window.setTimeout(closeToast, LIFE_MS)
}
