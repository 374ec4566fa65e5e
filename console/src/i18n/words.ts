import type { Author, DeliveryState, Fault, Language, MedicalLevel, Role, TicketState, Urgency } from '@/api/schema'
import type { fr } from '@/i18n/fr'

/** A text that depends on a number. */
export interface Counted {
  one: string
  other: string
}

type Widened<T> = T extends string ? string : { [K in keyof T]: Widened<T[K]> }

/** What every catalogue must hold: a missing, or an extra, key fails the type check. */
export type Words = Widened<typeof fr> & Closed

/** Every word of the API's closed lists has a translation: a new one fails the type check too. */
interface Closed {
  urgency: Record<Urgency, string>
  state: Record<TicketState, string>
  language: Record<Language, string>
  author: Record<Author, string>
  role: Record<Role, string>
  delivery: Record<DeliveryState, string>
  operations: { fault: Record<Fault, string> }
  card: { medicalLevel: Record<MedicalLevel, string> }
}
