import { describe, expect, it } from 'vitest'

import type { LedgerHour } from '@/api/schema'
import { eventful } from '@/models/books'

const hour = (change: Partial<LedgerHour> = {}): LedgerHour => ({
  hour: '2026-11-24T08:00:00Z', received: 12, duplicates: 2, accepted: 10, stored: 10, processed: 8, quarantined: 1, pending: 1, said: 8, messages: 8,
  replies: 5, settled: 4, unsettled: 1, faults: [], balanced: true, ...change,
})
const quiet = hour({ received: 0, duplicates: 0, accepted: 0, stored: 0, processed: 0, quarantined: 0, pending: 0, said: 0, messages: 0, replies: 0, settled: 0, unsettled: 0 })

describe('The books', () => {
  it('leave out hours in which nothing happened, unless they do not add up', () => {
    expect(eventful([quiet, hour(), { ...quiet, balanced: false }])).toHaveLength(2)
  })
})
