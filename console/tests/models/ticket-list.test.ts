import { describe, expect, it } from 'vitest'

import { extended, neighbour, opened, patched, settled, touched } from '@/models/ticket-list'
import type { View } from '@/models/view'

import { ticket } from '../made'

const OPEN: View = { state: 'open', owner: null }
const noon = ticket({ id: 'noon', due_at: '2026-11-24T12:00:00Z' })
const evening = ticket({ id: 'evening', due_at: '2026-11-24T18:00:00Z' })
const morning = ticket({ id: 'morning', due_at: '2026-11-24T09:00:00Z' })
const danger = ticket({ id: 'danger', urgency: 'P1', due_at: '2026-11-24T20:00:00Z' })
const reading = opened(OPEN, { items: [evening, noon], next: null })
const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id)

describe('A list that somebody reads', () => {
  it('opens with danger first, then the soonest due', () => {
    expect(ids(opened(OPEN, { items: [evening, danger, noon], next: null }).rows)).toEqual(['danger', 'noon', 'evening'])
  })

  it('holds a new ticket back instead of moving what is read', () => {
    const after = touched(reading, [morning])
    expect(ids(after.rows)).toEqual(['noon', 'evening'])
    expect(ids(after.fresh)).toEqual(['morning'])
  })

  it('shows a new danger at once, above everything', () => {
    expect(ids(touched(reading, [danger]).rows)).toEqual(['danger', 'noon', 'evening'])
  })

  it('raises a shown ticket that becomes a danger and keeps the others in their places', () => {
    const after = touched(reading, [{ ...evening, urgency: 'P1' }])
    expect(ids(after.rows)).toEqual(['evening', 'noon'])
  })

  it('changes a known row in its place even when its clock moved', () => {
    const after = touched(reading, [{ ...evening, due_at: '2026-11-24T08:00:00Z', title: 'Autre' }])
    expect(ids(after.rows)).toEqual(['noon', 'evening'])
    expect(after.rows[1]?.title).toBe('Autre')
  })

  it('keeps a row that left the view until the reader asks for what is new', () => {
    const after = touched(reading, [{ ...noon, state: 'solved' }])
    expect(ids(after.rows)).toContain('noon')
    expect(ids(settled(after).rows)).toEqual(['evening'])
  })

  it('puts everything in order when the reader asks for what is new', () => {
    const after = settled(touched(reading, [morning]))
    expect(ids(after.rows)).toEqual(['morning', 'noon', 'evening'])
    expect(after.fresh).toEqual([])
  })

  it('counts a new ticket once, however often it is read again', () => {
    expect(ids(touched(touched(reading, [morning]), [morning]).fresh)).toEqual(['morning'])
  })

  it('forgets a waiting new ticket that was solved meanwhile', () => {
    expect(touched(touched(reading, [morning]), [{ ...morning, state: 'solved' }]).fresh).toEqual([])
  })

  it('leaves out a ticket of another view', () => {
    expect(touched(reading, [ticket({ id: 'other', state: 'waiting_member' })]).fresh).toEqual([])
  })

  it('leaves a ticket of a later page to that page', () => {
    const paged = opened(OPEN, { items: [noon], next: 'cursor' })
    expect(touched(paged, [evening]).fresh).toEqual([])
    expect(ids(touched(paged, [morning]).fresh)).toEqual(['morning'])
  })

  it('shows new tickets at once when there is nothing to disturb', () => {
    expect(ids(touched(opened(OPEN, { items: [], next: null }), [noon]).rows)).toEqual(['noon'])
  })

  it('shows a page that overlaps the one before without repeating a row', () => {
    const after = extended(opened(OPEN, { items: [noon], next: 'cursor' }), { items: [noon, evening], next: null })
    expect(ids(after.rows)).toEqual(['noon', 'evening'])
    expect(after.next).toBeNull()
  })

  it('shows a change ahead of the answer', () => {
    expect(patched(reading, 'noon', { state: 'solved' }).rows[0]?.state).toBe('solved')
  })
})

describe('Walking by keyboard', () => {
  it('goes down and up and stops at both ends', () => {
    expect(neighbour(reading.rows, 'noon', 1)?.id).toBe('evening')
    expect(neighbour(reading.rows, 'evening', 1)?.id).toBe('evening')
    expect(neighbour(reading.rows, 'noon', -1)?.id).toBe('noon')
  })

  it('starts at the first row', () => {
    expect(neighbour(reading.rows, null, 1)?.id).toBe('noon')
    expect(neighbour([], null, 1)).toBeUndefined()
  })
})
