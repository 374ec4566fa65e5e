import type { LedgerHour } from '@/api/schema'

/** Why an hour does not add up: which sum, and by how many. */
export interface Gap {
  sum: 'intake' | 'processing' | 'replies'
  left: number
  right: number
}

/** The sums of an hour that fail: received = stored + duplicates, stored = processed + quarantined + pending, replies = settled + unsettled. */
export function gaps(hour: LedgerHour): Gap[] {
  const sums: Gap[] = [
    { sum: 'intake', left: hour.received, right: hour.stored + hour.duplicates },
    { sum: 'processing', left: hour.stored, right: hour.processed + hour.quarantined + hour.pending },
    { sum: 'replies', left: hour.replies, right: hour.settled + hour.unsettled },
  ]
  return sums.filter((sum) => sum.left !== sum.right)
}

/** Hours in which something happened or does not add up; quiet hours are left out. */
export function eventful(hours: readonly LedgerHour[]): LedgerHour[] {
  return hours.filter((hour) => !hour.balanced || hour.received + hour.stored + hour.replies + hour.quarantined > 0)
}
