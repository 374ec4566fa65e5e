import { describe, expect, it } from 'vitest'

import { Gather } from '@/models/gather'

/** Timers that ring when told. */
function bell() {
  const waiting: (() => void)[] = []
  return {
    timer: { later: (run: () => void) => void waiting.push(run) },
    ring: async () => {
      waiting.splice(0).forEach((run) => run())
      await new Promise((resolve) => setImmediate(resolve))
    },
    waiting,
  }
}

describe('Gathering ids', () => {
  it('reads a ticket once although three events touched it', async () => {
    const batches: string[][] = []
    const { timer, ring } = bell()
    const gather = new Gather(async (ids) => void batches.push(ids), timer)
    for (const id of ['a', 'b', 'a', 'a']) gather.add(id)
    await ring()
    expect(batches).toEqual([['a', 'b']])
  })

  it('lets the next batch grow while one is being read', async () => {
    const batches: string[][] = []
    let finish: () => void = () => undefined
    const { timer, ring, waiting } = bell()
    const gather = new Gather((ids) => (batches.push(ids), new Promise((resolve) => (finish = resolve))), timer)
    gather.add('a')
    await ring()
    for (const id of ['b', 'c']) gather.add(id)
    expect(waiting).toEqual([])
    finish()
    await ring()
    await ring()
    expect(batches).toEqual([['a'], ['b', 'c']])
  })

  it('goes on after a reading that failed', async () => {
    const batches: string[][] = []
    const { timer, ring } = bell()
    const gather = new Gather(async (ids) => {
      batches.push(ids)
      if (batches.length === 1) throw new Error('offline')
    }, timer)
    gather.add('a')
    await ring()
    gather.add('b')
    await ring()
    expect(batches).toEqual([['a'], ['b']])
  })
})
