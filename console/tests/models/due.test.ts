import { describe, expect, it } from 'vitest'

import { duePhase } from '@/models/due'

import { ticket } from '../made'

const at = (iso: string) => Date.parse(iso)

describe('The clock of a ticket', () => {
  it('is calm before the warning', () => {
    expect(duePhase(ticket(), at('2026-11-24T10:59:59Z'))).toBe('calm')
  })

  it('is amber from the warning on', () => {
    expect(duePhase(ticket(), at('2026-11-24T11:00:00Z'))).toBe('soon')
  })

  it('is red from the promise on, even before the hub has said so', () => {
    expect(duePhase(ticket(), at('2026-11-24T12:00:00Z'))).toBe('late')
  })

  it('is red when the hub says so, whatever this machine’s clock shows', () => {
    expect(duePhase(ticket({ breached: true }), at('2026-11-24T08:00:00Z'))).toBe('late')
  })

  it('says nothing once the ticket is solved, or when nothing is promised', () => {
    expect(duePhase(ticket({ state: 'solved', breached: true }), at('2027-01-01T00:00:00Z'))).toBe('none')
    expect(duePhase(ticket({ due_at: null }), at('2027-01-01T00:00:00Z'))).toBe('none')
  })
})
