import { describe, expect, it } from 'vitest'

import { en } from '@/i18n/en'
import { es } from '@/i18n/es'
import { fr } from '@/i18n/fr'
import { counted, fill } from '@/i18n/say'

type Leaves = Record<string, string>

function leaves(node: object, path = ''): Leaves {
  return Object.entries(node).reduce<Leaves>(
    (all, [key, value]) => ({ ...all, ...(typeof value === 'string' ? { [path + key]: value } : leaves(value as object, `${path}${key}.`)) }),
    {},
  )
}

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()
const reference = leaves(fr)

describe.each([['English', en], ['Spanish', es]])('The %s catalogue', (_, catalogue) => {
  const translated = leaves(catalogue)

  it('has the same keys as the French one', () => {
    expect(Object.keys(translated).sort()).toEqual(Object.keys(reference).sort())
  })

  it('fills the same places in every text', () => {
    for (const [key, text] of Object.entries(reference)) expect([key, places(translated[key] ?? '')]).toEqual([key, places(text)])
  })

  it('leaves no text empty', () => {
    expect(Object.entries(translated).filter(([, text]) => text.trim() === '')).toEqual([])
  })
})

describe('A counted text', () => {
  it('follows the plural rules of its language', () => {
    const text = { one: '{n} nouveau', other: '{n} nouveaux' }
    expect([0, 1, 2].map((n) => counted(text, n, 'fr'))).toEqual(['0 nouveau', '1 nouveau', '2 nouveaux'])
    expect(counted({ one: '{n} new', other: '{n} news' }, 0, 'en')).toBe('0 news')
  })

  it('leaves a place that nobody filled visible', () => {
    expect(fill('Répondre à {name}', {})).toBe('Répondre à {name}')
  })
})
