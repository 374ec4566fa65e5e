import { readonly, ref, shallowRef, type Ref } from 'vue'

import { onSessionLost } from '@/api/client'
import { Failure } from '@/api/failure'
import { hub } from '@/api/hub'
import type { Me } from '@/api/schema'

type Status = 'asking' | 'out' | 'in' | 'unreachable'

const user = shallowRef<Me | null>(null)
const state = ref<Status>('asking')
const wasLost = ref(false)

export const me: Readonly<Ref<Me | null>> = user
export const status = readonly(state)
/** The session ended by itself, not by its owner. */
export const expired = readonly(wasLost)

onSessionLost(() => {
  if (state.value !== 'in') return
  wasLost.value = true
  leave()
})

/** Asks the hub who is signed in. */
export async function restore(): Promise<void> {
  try {
    enter(await hub.whoAmI())
  } catch (error) {
    state.value = error instanceof Failure && error.status === 401 ? 'out' : 'unreachable'
  }
}

/** Raises Failure: 401 when the pair is wrong. */
export async function signIn(email: string, password: string): Promise<void> {
  enter(await hub.signIn(email, password))
}

export async function signOut(): Promise<void> {
  await hub.signOut()
  leave()
}

/** The stream was refused: the session may be over; any other answer changes nothing. */
export async function check(): Promise<void> {
  await hub.whoAmI().catch(() => undefined)
}

function enter(signedIn: Me): void {
  user.value = signedIn
  wasLost.value = false
  state.value = 'in'
}

function leave(): void {
  user.value = null
  state.value = 'out'
}
