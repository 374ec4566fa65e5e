import createClient from 'openapi-fetch'

import { Failure } from '@/api/failure'
import type { paths, Problem } from '@/api/schema'

/** Longer than any answer of the hub; a request never hangs for ever. */
const TIMEOUT_MS = 20_000

export const client = createClient<paths>({
  baseUrl: '/',
  credentials: 'same-origin',
  fetch: (request: Request) => fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]) }),
})

let lost: () => void = () => undefined

/** Says what happens when the session is over. */
export function onSessionLost(run: () => void): void {
  lost = run
}

interface Outcome<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The data of an answer. Raises Failure with the hub's problem document, or with status 0 when nobody answered. */
export async function dataOf<T>(request: Promise<Outcome<T>>): Promise<T> {
  const outcome = await request.catch(() => {
    throw new Failure(0)
  })
  if (outcome.response.ok) return outcome.data as T
  if (outcome.response.status === 401) lost()
  throw new Failure(outcome.response.status, problemIn(outcome.error))
}

function problemIn(error: unknown): Problem | null {
  return typeof error === 'object' && error !== null && 'detail' in error ? (error as Problem) : null
}
