import { describe, expect, it } from 'vitest'

import type { LedgerHour } from '@/api/schema'
import { eventful, gaps } from '@/models/books'

const hour = (change: Partial<LedgerHour> = {}): LedgerHour => ({
  hour: '2026-11-24T08:00:00Z', received: 12, duplicates: 2, stored: 10, processed: 8, quarantined: 1, pending: 1, replies: 5, settled: 4, unsettled: 1,
  balanced: true, ...change,
})
const quiet = hour({ received: 0, duplicates: 0, stored: 0, processed: 0, quarantined: 0, pending: 0, replies: 0, settled: 0, unsettled: 0 })

describe('The books', () => {
  it('add up when everything received is stored and everything stored is somewhere', () => {
    expect(gaps(hour())).toEqual([])
  })

  it('name the sum that fails, with both sides', () => {
    expect(gaps(hour({ processed: 7 }))).toEqual([{ sum: 'processing', left: 10, right: 9 }])
    expect(gaps(hour({ received: 13, settled: 3 })).map((gap) => gap.sum)).toEqual(['intake', 'replies'])
  })

  it('leave out hours in which nothing happened, unless they do not add up', () => {
    expect(eventful([quiet, hour(), { ...quiet, balanced: false }])).toHaveLength(2)
  })
})
