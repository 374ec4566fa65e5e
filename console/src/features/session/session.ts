import { readonly, ref, shallowRef, type Ref } from 'vue'

import { onSessionLost } from '@/api/client'
import { Failure, failureWord } from '@/api/failure'
import { hub } from '@/api/hub'
import type { Me } from '@/api/schema'
import { showToast } from '@/design/toast'
import { words } from '@/i18n/locale'

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

/** The cookie is the hub's to forget: when it does not answer, one is still signed in and must know. */
export async function signOut(): Promise<void> {
  try {
    await hub.signOut()
    leave()
  } catch (error) {
    showToast(`${words.value.error.signOut} ${words.value.error[failureWord(error)]}`, null, 'bad')
  }
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
