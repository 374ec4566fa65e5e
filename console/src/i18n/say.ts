import type { Counted } from '@/i18n/words'

type Values = Record<string, string | number>

/** Fills the `{places}` of a text. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}

/** The text for a number, by the plural rules of the language; `{n}` is the number as it is written there. */
export function counted(text: Counted, n: number, locale: string): string {
  const form = new Intl.PluralRules(locale).select(n) === 'one' ? text.one : text.other
  return fill(form, { n: new Intl.NumberFormat(locale).format(n) })
}
