import { describe, expect, it } from 'vitest'

import { commandOf, type Press } from '@/models/keys'

const press = (key: string, change: Partial<Press> = {}): Press => ({ key, modified: false, typing: false, inList: false, letters: true, ...change })

describe('A key', () => {
  it('is a command', () => {
    expect(['j', 'k', 'r', 'e', 'u', 'd', '?', 'R'].map((key) => commandOf(press(key)))).toEqual(['next', 'previous', 'reply', 'solve', 'undo', 'danger', 'help', 'reply'])
  })

  it('is text while somebody writes, except Escape', () => {
    expect(commandOf(press('e', { typing: true }))).toBeNull()
    expect(commandOf(press('Escape', { typing: true }))).toBe('back')
  })

  it('is the browser’s with Ctrl, Alt or Cmd', () => {
    expect(commandOf(press('r', { modified: true }))).toBeNull()
  })

  it('moves by arrow only inside the list', () => {
    expect(commandOf(press('ArrowDown'))).toBeNull()
    expect(commandOf(press('ArrowDown', { inList: true }))).toBe('next')
  })

  it('is nothing when letters are switched off, but arrows and Escape stay', () => {
    expect(commandOf(press('e', { letters: false }))).toBeNull()
    expect(commandOf(press('ArrowUp', { letters: false, inList: true }))).toBe('previous')
    expect(commandOf(press('Escape', { letters: false }))).toBe('back')
  })
})
