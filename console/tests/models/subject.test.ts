import { describe, expect, it } from 'vitest'

import { bareSubject, newSubjects } from '@/models/subject'

import { message } from '../made'

describe('A subject', () => {
  it.each(['Card', 'Re: Card', 'RE: Fwd: card [VI-7PSG34BN]', 'Re: Re: Card [VI-A1] [VI-A1]'])('is the same under "%s"', (subject) => {
    expect(bareSubject(subject)).toBe('card')
  })

  it('is shown when it changes, not when it is repeated', () => {
    const subjects = ['Card', 'Re: Card [VI-A1]', null, 'Invoice', 'Re: Card']
    const messages = subjects.map((subject, at) => message({ id: String(at), subject }))
    expect([...newSubjects(messages)]).toEqual(['0', '3', '4'])
  })
})
