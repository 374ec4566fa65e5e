import type { Problem } from '@/api/schema'

/** A request that did not succeed. `status` 0: nobody answered. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null = null,
  ) {
    super(problem?.detail ?? `status ${String(status)}`)
  }
}

/** What the screen has a sentence for. */
export type FailureWord = 'offline' | 'forbidden' | 'missing' | 'server'

export function failureWord(error: unknown): FailureWord {
  const status = error instanceof Failure ? error.status : 0
  if (status === 0) return 'offline'
  if (status === 403) return 'forbidden'
  return status === 404 ? 'missing' : 'server'
}

/** The fields at fault, as the server named them; empty when it named none. */
export function fieldReasons(error: unknown): string {
  if (!(error instanceof Failure) || error.status >= 500) return ''
  return (error.problem?.errors ?? []).map((item) => `${item.field} : ${item.reason}`).join(' · ')
}
