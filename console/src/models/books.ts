import type { LedgerHour } from '@/api/schema'

/** Hours in which something happened or does not add up; quiet hours are left out. */
export function eventful(hours: readonly LedgerHour[]): LedgerHour[] {
  return hours.filter((hour) => !hour.balanced || hour.received + hour.stored + hour.replies + hour.quarantined > 0)
}
