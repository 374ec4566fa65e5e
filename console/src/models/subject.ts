/** A subject without what mail programs and the hub put around it: "Re: Fw: Card [VI-7PSG34BN]" is "card". */
export function bareSubject(subject: string): string {
  return subject
    .replace(/\[VI-[0-9A-Z]+\]/g, '')
    .replace(/^(\s*(re|fwd?|tr|rv|rép)\s*:)+/i, '')
    .trim()
    .toLowerCase()
}

/** The ids of the messages whose subject says something new: a thread that repeats it shows it once. */
export function newSubjects(messages: readonly { id: string; subject: string | null }[]): ReadonlySet<string> {
  const shown = new Set<string>()
  let last = ''
  for (const { id, subject } of messages) {
    const bare = bareSubject(subject ?? '')
    if (bare === '' || bare === last) continue
    last = bare
    shown.add(id)
  }
  return shown
}
