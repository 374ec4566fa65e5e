import { computed, readonly, ref } from 'vue'

import { fr } from '@/i18n/fr'
import type { Words } from '@/i18n/words'

export const LOCALES = { fr: 'Français', en: 'English', es: 'Español' } as const
export type Locale = keyof typeof LOCALES

/** French is in the first load; the others come when asked for. */
const loaders: Record<Locale, () => Promise<Words>> = {
  fr: () => Promise.resolve(fr),
  en: async () => (await import('@/i18n/en')).en,
  es: async () => (await import('@/i18n/es')).es,
}

/** How each language writes dates and numbers: European days and hours in all three. */
export const TAGS: Record<Locale, string> = { fr: 'fr-FR', en: 'en-GB', es: 'es-ES' }

const KEY = 'hub.locale'
const current = ref<Locale>('fr')
const catalogue = ref<Words>(fr)

/** The language of the screen, and every text in it. */
export const locale = readonly(current)
export const words = computed(() => catalogue.value)

export async function chooseLocale(wanted: Locale): Promise<void> {
  catalogue.value = await loaders[wanted]()
  current.value = wanted
  document.documentElement.lang = wanted
  localStorage.setItem(KEY, wanted)
}

/** French first: another language only when somebody chose it on this machine. */
export async function restoreLocale(): Promise<void> {
  const kept = localStorage.getItem(KEY)
  if (kept === 'en' || kept === 'es') await chooseLocale(kept)
}
