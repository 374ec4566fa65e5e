import { ref } from 'vue'

import { issue } from '@/design/commands'
import { commandOf } from '@/models/keys'

const KEY = 'hub.letters'

/** Whether single letters are shortcuts: some people speak or type with tools that trip over them. */
export const letters = ref(localStorage.getItem(KEY) !== 'off')

export function chooseLetters(on: boolean): void {
  letters.value = on
  localStorage.setItem(KEY, on ? 'on' : 'off')
}

export function hearKeys(): () => void {
  document.addEventListener('keydown', hear)
  return () => document.removeEventListener('keydown', hear)
}

function hear(event: KeyboardEvent): void {
  const target = event.target as HTMLElement
  if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return
  const command = commandOf({
    key: event.key,
    modified: event.ctrlKey || event.metaKey || event.altKey,
    typing: target.matches('input, textarea, select, [contenteditable]'),
    inList: target.closest('[data-list]') !== null || target === document.body,
    letters: letters.value,
  })
  if (command === null) return
  if (command === 'back' && target.matches('textarea')) {
    target.blur()
    return
  }
  event.preventDefault()
  issue(command)
}
