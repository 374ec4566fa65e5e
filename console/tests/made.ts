import type { MessageItem, TicketRow } from '@/api/schema'

/** A ticket for a test; only what the test speaks of is given. */
export function ticket(change: Partial<TicketRow> = {}): TicketRow {
  return {
    id: 'a', reference: 'VI-1', state: 'open', kind: 'claim_status', risk: 'frais_sante', owner: 'BROKER_HEALTH', urgency: 'P3', medical: 'none',
    language: 'fr', title: 'Suivi de remboursement', channel: 'email', member_name: 'Camille Renaud', sender: null, country: 'BE', opened_at: '2026-11-24T08:00:00Z',
    first_message_at: '2026-11-24T08:00:00Z', updated_at: '2026-11-24T08:00:00Z', first_response_at: null, solved_at: null,
    due_at: '2026-11-24T12:00:00Z', warning_at: '2026-11-24T11:00:00Z', breached: false, ...change,
  }
}

/** A message for a test. */
export function message(change: Partial<MessageItem> = {}): MessageItem {
  const at = change.received_at ?? '2026-11-24T08:00:00Z'
  return {
    id: 'm', client_id: null, direction: 'in', author: 'member', author_name: 'Camille Renaud', subject: null, text: 'Bonjour', language: 'fr',
    sent_at: at, received_at: at, attachments: [], delivery: null, ...change,
  }
}
