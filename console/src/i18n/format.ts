import { computed } from 'vue'

import { locale, TAGS, words } from '@/i18n/locale'
import { counted, fill } from '@/i18n/say'
import type { Counted } from '@/i18n/words'

type Moment = string | number

/** Dates, numbers, countries and sizes in the language of the screen and the zone of its reader. */
function formatter(tag: string) {
  const date = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(tag, options)
    return (at: Moment) => firstDay(format.format(new Date(at)), tag)
  }
  const time = date({ hour: '2-digit', minute: '2-digit' })
  const shortDay = date({ day: 'numeric', month: 'short' })
  const key = new Intl.DateTimeFormat('sv-SE', { year: 'numeric', month: '2-digit', day: '2-digit' })
  const dayKey = (at: Moment) => key.format(new Date(at))
  const number = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 })
  const countries = new Intl.DisplayNames(tag, { type: 'region', fallback: 'code' })
  return {
    time,
    shortDay,
    dayKey,
    longDay: date({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
    full: date({ dateStyle: 'full', timeStyle: 'short' }),
    /** A calendar date without a zone (`2026-03-01`), on one line. */
    calendarDate: (iso: string) => date({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })(`${iso}T00:00:00Z`).replaceAll(' ', '\u00a0'),
    /** The hour today, the day and the hour otherwise. */
    soonOrDay: (at: Moment, now: Moment) => (dayKey(at) === dayKey(now) ? time(at) : `${shortDay(at)} ${time(at)}`),
    timeIn: (zone: string, at: number) => new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', weekday: 'short', timeZone: zone }).format(at),
    number: (value: number) => number.format(value),
    country: (code: string) => (/^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code),
    size: (bytes: number) => size(bytes, (value) => number.format(value)),
    count: (text: Counted, n: number) => counted(text, n, tag),
  }
}

/** French says "1er mars", which Intl does not know. */
const firstDay = (text: string, tag: string) => (tag.startsWith('fr') ? text.replace(/(?<!\d)1 (?=[a-zéû])/, '1er ') : text)

function size(bytes: number, number: (value: number) => string): string {
  const { bytes: small, kilo, mega } = words.value.size
  if (bytes < 1000) return fill(small, { n: number(bytes) })
  return bytes < 1_000_000 ? fill(kilo, { n: number(Math.round(bytes / 1000)) }) : fill(mega, { n: number(bytes / 1_000_000) })
}

const formats = computed(() => formatter(TAGS[locale.value]))

/** What a component needs to speak. */
export function useWords() {
  return { words, formats, fill }
}
