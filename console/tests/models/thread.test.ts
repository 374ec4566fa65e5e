import { describe, expect, it } from 'vitest'

import { deepened, EMPTY_THREAD, failed, received, refreshed, sent, withdrawn } from '@/models/thread'

import { message } from '../made'

const reply = { clientId: 'c1', text: 'Voici', at: '2026-11-24T09:00:00Z' }
const confirmation = message({ id: 'm2', client_id: 'c1', direction: 'out', received_at: '2026-11-24T09:00:01Z' })
const ids = (items: readonly { id: string }[]) => items.map((item) => item.id)

describe('A reply', () => {
  it('is on screen before anybody has answered', () => {
    expect(sent(EMPTY_THREAD, reply).outgoing).toEqual([{ ...reply, phase: 'sending', problem: '' }])
  })

  it('is shown once when the answer and the refetch both bring it', () => {
    const answered = received(sent(EMPTY_THREAD, reply), confirmation)
    const after = refreshed(answered, { items: [confirmation], before: null })
    expect(after.outgoing).toEqual([])
    expect(ids(after.messages)).toEqual(['m2'])
  })

  it('is confirmed by a refetch even when its own answer was lost', () => {
    expect(refreshed(failed(sent(EMPTY_THREAD, reply), 'c1', 'x'), { items: [confirmation], before: null }).outgoing).toEqual([])
  })

  it('keeps its text and says what to do when it fails', () => {
    expect(failed(sent(EMPTY_THREAD, reply), 'c1', 'Réessayez.').outgoing[0]).toMatchObject({ text: 'Voici', phase: 'failed', problem: 'Réessayez.' })
  })

  it('is tried again under the same id, not beside itself', () => {
    const again = sent(failed(sent(EMPTY_THREAD, reply), 'c1', 'x'), reply)
    expect(again.outgoing).toEqual([{ ...reply, phase: 'sending', problem: '' }])
  })

  it('can be taken back', () => {
    expect(withdrawn(sent(EMPTY_THREAD, reply), 'c1').outgoing).toEqual([])
  })
})

describe('A conversation', () => {
  const first = message({ id: 'm1', received_at: '2026-11-24T08:00:00Z' })
  const late = message({ id: 'm3', received_at: '2026-11-24T10:00:00Z', sent_at: '2020-01-01T00:00:00Z' })

  it('stands in the order of our server’s time, whatever the sender’s clock says', () => {
    expect(ids(refreshed(EMPTY_THREAD, { items: [late, first], before: null }).messages)).toEqual(['m1', 'm3'])
  })

  it('brings a message up to date in its place', () => {
    const shown = refreshed(EMPTY_THREAD, { items: [first, late], before: null })
    const after = received(shown, { ...first, text: 'Corrigé' })
    expect(ids(after.messages)).toEqual(['m1', 'm3'])
    expect(after.messages[0]?.text).toBe('Corrigé')
  })

  it('grows towards the past and keeps its place there when it is read again', () => {
    const shown = deepened(refreshed(EMPTY_THREAD, { items: [late], before: 'cursor' }), { items: [first], before: null })
    const after = refreshed(shown, { items: [late], before: 'cursor' })
    expect(ids(after.messages)).toEqual(['m1', 'm3'])
    expect(after.before).toBeNull()
  })
})
