import { Drafts } from '@/models/draft'
import type { Outgoing } from '@/models/thread'

/** The drafts of one person on this machine: text being written and replies on their way. */
export function keptFor(userId: string) {
  const drafts = new Drafts(localStorage, userId)
  drafts.purge(Date.now())
  const write = (ticketId: string, change: Partial<{ text: string; outgoing: Outgoing[] }>) =>
    drafts.write(ticketId, { ...drafts.read(ticketId), ...change }, Date.now())

  return {
    text: (ticketId: string) => drafts.read(ticketId).text,
    outgoing: (ticketId: string) => drafts.read(ticketId).outgoing,
    keepText: (ticketId: string, text: string) => write(ticketId, { text }),
    keepOutgoing: (ticketId: string, outgoing: readonly Outgoing[]) => write(ticketId, { outgoing: [...outgoing] }),
    /** A confirmed reply needs no keeping, whatever ticket is on screen by now. */
    forget: (ticketId: string, clientId: string) =>
      write(ticketId, { outgoing: drafts.read(ticketId).outgoing.filter((item) => item.clientId !== clientId) }),
  }
}

export type Kept = ReturnType<typeof keptFor>
