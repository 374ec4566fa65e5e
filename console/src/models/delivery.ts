import type { DeliveryDecision, DeliveryState } from '@/api/schema'

export type Decision = DeliveryDecision['decision']

/** How a delivery is going: `done` needs nobody, `going` is on its way, `stuck` waits for a person. */
export type Progress = 'done' | 'going' | 'stuck'

const PROGRESS: Record<DeliveryState, Progress> = {
  queued: 'going',
  sending: 'going',
  sent: 'done',
  delivered: 'done',
  read: 'done',
  refused: 'stuck',
  failed: 'stuck',
  uncertain: 'stuck',
}

const DECISIONS: Partial<Record<DeliveryState, readonly Decision[]>> = {
  uncertain: ['resend', 'mark_sent', 'give_up'],
  failed: ['resend'],
}

export function progress(state: DeliveryState): Progress {
  return PROGRESS[state]
}

/** What a person may decide. A refusal is final: the text is mended and sent anew. */
export function decisions(state: DeliveryState): readonly Decision[] {
  return DECISIONS[state] ?? []
}
