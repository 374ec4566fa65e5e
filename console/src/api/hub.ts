import { client, dataOf } from '@/api/client'
import type { Closure, DeliveryDecision } from '@/api/schema'
import type { View } from '@/models/view'

/** The hub's API, one line per operation: the only place that spells its paths. */
export const hub = {
  signIn: (email: string, password: string) => dataOf(client.POST('/api/session', { body: { email, password } })),
  whoAmI: () => dataOf(client.GET('/api/session')),
  signOut: () => dataOf(client.DELETE('/api/session')),

  catalogue: () => dataOf(client.GET('/api/catalogue')),
  queues: () => dataOf(client.GET('/api/queues')),

  tickets: (view: View, after: string | null, limit = 50) =>
    dataOf(client.GET('/api/tickets', { params: { query: { state: view.state, limit, ...(view.owner && { owner: view.owner }), ...(after && { after }) } } })),
  ticket: (id: string) => dataOf(client.GET('/api/tickets/{id}', { params: { path: { id } } })),
  messages: (id: string, before: string | null) =>
    dataOf(client.GET('/api/tickets/{id}/messages', { params: { path: { id }, query: { limit: 100, ...(before && { before }) } } })),

  reply: (id: string, clientId: string, text: string) =>
    dataOf(client.POST('/api/tickets/{id}/replies', { params: { path: { id } }, body: { client_id: clientId, text } })),
  solve: (id: string, reason: Closure['reason']) => dataOf(client.PUT('/api/tickets/{id}/closure', { params: { path: { id } }, body: { reason } })),
  reopen: (id: string) => dataOf(client.DELETE('/api/tickets/{id}/closure', { params: { path: { id } } })),
  decide: (id: string, decision: DeliveryDecision['decision']) =>
    dataOf(client.POST('/api/deliveries/{id}/decision', { params: { path: { id } }, body: { decision } })),

  ledger: () => dataOf(client.GET('/api/ledger')),
  quarantine: () => dataOf(client.GET('/api/quarantine')),
  replay: (id: string) => dataOf(client.POST('/api/quarantine/{id}/replay', { params: { path: { id } } })),
}

/** Where the file of an attachment is saved from. */
export const attachmentAddress = (id: string): string => `/api/attachments/${encodeURIComponent(id)}`
