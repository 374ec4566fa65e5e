import { beforeEach, describe, expect, it } from 'vitest'

import { Drafts, KEEP_DRAFT_MS, type Shelf } from '@/models/draft'

class MemoryShelf implements Shelf {
  readonly items = new Map<string, string>()
  full = false
  get length() {
    return this.items.size
  }
  key = (index: number) => [...this.items.keys()][index] ?? null
  getItem = (key: string) => this.items.get(key) ?? null
  removeItem = (key: string) => void this.items.delete(key)
  setItem = (key: string, value: string) => {
    if (this.full) throw new Error('QuotaExceededError')
    this.items.set(key, value)
  }
}

describe('A draft', () => {
  let shelf: MemoryShelf
  let drafts: Drafts
  beforeEach(() => {
    shelf = new MemoryShelf()
    drafts = new Drafts(shelf, 'agathe')
  })

  it('survives a reload, one for each ticket', () => {
    drafts.write('t1', { text: 'Bonjour', outgoing: [] }, 0)
    drafts.write('t2', { text: 'Hola', outgoing: [] }, 0)
    expect(new Drafts(shelf, 'agathe').read('t1').text).toBe('Bonjour')
  })

  it('is not shown to another person of the same machine', () => {
    drafts.write('t1', { text: 'Bonjour', outgoing: [] }, 0)
    expect(new Drafts(shelf, 'bruno').read('t1').text).toBe('')
  })

  it('leaves nothing behind once it is empty', () => {
    drafts.write('t1', { text: 'Bonjour', outgoing: [] }, 0)
    drafts.write('t1', { text: '', outgoing: [] }, 0)
    expect(shelf.length).toBe(0)
  })

  it('asks to be sent again when the page closed while it was on its way', () => {
    drafts.write('t1', { text: '', outgoing: [{ clientId: 'c1', text: 'Voici', at: '2026-11-24T09:00:00Z', phase: 'sending', problem: '' }] }, 0)
    expect(drafts.read('t1').outgoing[0]).toMatchObject({ clientId: 'c1', text: 'Voici', phase: 'failed' })
  })

  it('says so when the shelf is full', () => {
    shelf.full = true
    expect(drafts.write('t1', { text: 'Bonjour', outgoing: [] }, 0)).toBe(false)
  })

  it('is empty when what was kept cannot be read', () => {
    shelf.items.set('hub.draft.agathe.t1', '{"text":')
    expect(drafts.read('t1')).toEqual({ text: '', outgoing: [] })
  })

  it('is forgotten after a week, with the unreadable ones, and nothing else is', () => {
    drafts.write('old', { text: 'ancien', outgoing: [] }, 0)
    drafts.write('new', { text: 'récent', outgoing: [] }, KEEP_DRAFT_MS)
    shelf.items.set('hub.draft.agathe.bad', 'x')
    shelf.items.set('hub.theme', 'dark')
    drafts.purge(KEEP_DRAFT_MS + 1)
    expect([...shelf.items.keys()].sort()).toEqual(['hub.draft.agathe.new', 'hub.theme'])
  })
})
