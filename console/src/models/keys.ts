/** What a key asks for. */
export type Command = 'next' | 'previous' | 'reply' | 'solve' | 'undo' | 'danger' | 'help' | 'back'

/** The facts of a key press that decide. */
export interface Press {
  key: string
  modified: boolean
  /** The focus is in a field where letters are text. */
  typing: boolean
  /** The focus is in the ticket list, where arrows move from row to row. */
  inList: boolean
  /** Letters may be switched off (WCAG 2.1.4). */
  letters: boolean
}

const LETTERS: Record<string, Command> = { j: 'next', k: 'previous', r: 'reply', e: 'solve', u: 'undo', d: 'danger', '?': 'help' }
const ARROWS: Record<string, Command> = { ArrowDown: 'next', ArrowUp: 'previous' }

/** The command of a key press, or null. Inside a field only Escape is heard. */
export function commandOf(press: Press): Command | null {
  if (press.modified) return null
  if (press.key === 'Escape') return 'back'
  if (press.typing) return null
  if (press.inList && press.key in ARROWS) return ARROWS[press.key] ?? null
  return press.letters ? (LETTERS[press.key.toLowerCase()] ?? null) : null
}
