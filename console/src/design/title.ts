import { ref } from 'vue'

/** Tickets in danger in the list: their number stands in the tab's title, seen from any other tab. */
export const alarms = ref(0)

export function titleOf(product: string, count: number): string {
  return count > 0 ? `(${String(count)}) ${product}` : product
}
