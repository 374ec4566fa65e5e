import type { Outgoing } from '@/models/thread'

/** The part of `Storage` that drafts need. */
export interface Shelf {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

interface Kept {
  at: number
  text: string
  outgoing: Outgoing[]
}

/** A draft nobody came back to is forgotten: it may hold personal data. */
export const KEEP_DRAFT_MS = 7 * 24 * 3600 * 1000

/** Text being written and replies on their way, per person and ticket, kept over a reload. */
export class Drafts {
  readonly #prefix: string
  readonly #shelf: Shelf

  constructor(shelf: Shelf, userId: string) {
    this.#shelf = shelf
    this.#prefix = `hub.draft.${userId}.`
  }

  read(ticketId: string): Pick<Kept, 'text' | 'outgoing'> {
    return parse(this.#shelf.getItem(this.#prefix + ticketId)) ?? { text: '', outgoing: [] }
  }

  /** Keeps a draft, or forgets it when nothing is left. Returns false when the shelf is full or refused. */
  write(ticketId: string, draft: Pick<Kept, 'text' | 'outgoing'>, now: number): boolean {
    try {
      if (draft.text === '' && draft.outgoing.length === 0) this.#shelf.removeItem(this.#prefix + ticketId)
      else this.#shelf.setItem(this.#prefix + ticketId, JSON.stringify({ ...draft, at: now }))
      return true
    } catch {
      return false
    }
  }

  /** Forgets what is older than a week. */
  purge(now: number): void {
    const keys = Array.from({ length: this.#shelf.length }, (_, at) => this.#shelf.key(at))
    for (const key of keys) {
      if (!key?.startsWith('hub.draft.')) continue
      const kept = parse(this.#shelf.getItem(key))
      if (kept === null || now - kept.at > KEEP_DRAFT_MS) this.#shelf.removeItem(key)
    }
  }
}

function parse(raw: string | null): Kept | null {
  try {
    const kept = JSON.parse(raw ?? 'null') as Partial<Kept> | null
    if (typeof kept?.text !== 'string' || !Array.isArray(kept.outgoing)) return null
    return { at: kept.at ?? 0, text: kept.text, outgoing: kept.outgoing.map(interrupted) }
  } catch {
    return null
  }
}

/** A reply that was on its way when the page closed: nobody knows, so it asks to be sent again under its own id. */
function interrupted(item: Outgoing): Outgoing {
  return { ...item, phase: 'failed' }
}
