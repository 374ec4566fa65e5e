/** Messages of one calendar day, in the reader's zone. */
export interface Day<T> {
  key: string
  at: string
  items: T[]
}

/** Groups things that are already in time order by the day on which they arrived. */
export function byDay<T extends { received_at: string }>(items: readonly T[], dayKey: (iso: string) => string): Day<T>[] {
  const days: Day<T>[] = []
  for (const item of items) {
    const key = dayKey(item.received_at)
    const last = days.at(-1)
    if (last?.key === key) last.items.push(item)
    else days.push({ key, at: item.received_at, items: [item] })
  }
  return days
}
