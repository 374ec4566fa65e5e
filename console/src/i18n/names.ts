import { shallowRef } from 'vue'

import type { Catalogue } from '@/api/schema'
import { locale } from '@/i18n/locale'

const catalogue = shallowRef<Catalogue>({ kinds: {}, owners: {} })

/** Kinds and owners are data of the hub: their names come with it. */
export function learnNames(learned: Catalogue): void {
  catalogue.value = learned
}

export const ownerName = (id: string) => catalogue.value.owners[id]?.[locale.value] ?? id
export const kindName = (id: string) => catalogue.value.kinds[id]?.[locale.value] ?? id

/** The word for an open-ended id (a channel, a rank); the id itself when the catalogue has none. */
export function wordFor(words: Record<string, string>, id: string): string {
  return words[id] ?? id
}
