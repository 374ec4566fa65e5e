import { readonly, ref } from 'vue'

export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'hub.theme'
const current = ref<Theme>(kept())

/** The chosen theme; `auto` follows the system. */
export const theme = readonly(current)

export function chooseTheme(wanted: Theme): void {
  current.value = wanted
  if (wanted === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = wanted
  localStorage.setItem(KEY, wanted)
}

function kept(): Theme {
  const word = localStorage.getItem(KEY)
  return word === 'light' || word === 'dark' ? word : 'auto'
}
