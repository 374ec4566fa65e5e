import { STATES, type View, type ViewState } from '@/models/view'

/** Where one is in the console; the address bar holds it, so back, forward and links work. */
export type Place =
  | { screen: 'menu' }
  | { screen: 'list'; view: View }
  | { screen: 'ticket'; view: View; ticketId: string }
  | { screen: 'operations' }

export const HOME = { screen: 'list', view: { state: 'open', owner: null } } satisfies Place

/** A ticket opened from where one is: the view stays the same. */
export function ticketFrom(here: Place, ticketId: string): Place {
  return { screen: 'ticket', view: 'view' in here ? here.view : HOME.view, ticketId }
}

/** The address of a place: `#/open`, `#/open/BROKER_HEALTH`, `#/open/-/ticket/<id>`, `#/operations`. */
export function addressOf(place: Place): string {
  if (place.screen === 'menu') return '#/menu'
  if (place.screen === 'operations') return '#/operations'
  const { state, owner } = place.view
  if (place.screen === 'list') return owner ? `#/${state}/${encodeURIComponent(owner)}` : `#/${state}`
  return `#/${state}/${owner ? encodeURIComponent(owner) : '-'}/ticket/${encodeURIComponent(place.ticketId)}`
}

/** The place of an address; an unknown one is home. */
export function placeOf(address: string): Place {
  const [head = '', owner = '-', word, id] = address.replace(/^#?\/?/, '').split('/').map(decoded)
  if (head === 'menu') return { screen: 'menu' }
  if (head === 'operations') return { screen: 'operations' }
  if (!isState(head)) return HOME
  const view = { state: head, owner: owner === '-' || owner === '' ? null : owner }
  return word === 'ticket' && id ? { screen: 'ticket', view, ticketId: id } : { screen: 'list', view }
}

const isState = (word: string): word is ViewState => (STATES as readonly string[]).includes(word)

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
