import { readonly, ref } from 'vue'

import { addressOf, placeOf, type Place } from '@/models/place'

const current = ref<Place>(placeOf(location.hash))
window.addEventListener('hashchange', () => (current.value = placeOf(location.hash)))

/** Where one is, as the address bar says. */
export const place = readonly(current)

export function go(to: Place): void {
  location.hash = addressOf(to)
}
