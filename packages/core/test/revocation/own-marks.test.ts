import { describe, expect, it } from '@jest/globals'
import { OwnMarks } from '../../src/revocation/own-marks.ts'

const mark = { issuer: 'https://as.example', subject: 'user-1', eventTime: 1_700_000_000 } as const

describe('the marks that an instance has published', () => {
  it('are known when they come back, in whatever order and however often', () => {
    const own = new OwnMarks()
    const { id, ...members } = own.name(mark)
    expect(members).toEqual(mark)
    const back = { eventTime: 1_700_000_000, id: id ?? '', subject: 'user-1', issuer: 'https://as.example' }
    expect([own.has(back), own.has(back)]).toEqual([true, true])
  })

  it('have an id each, whatever id they had', () => {
    const own = new OwnMarks()
    const ids = [mark, mark, { ...mark, id: 'chosen' }].map((each) => own.name(each).id)
    expect(new Set(ids).size).toBe(3)
    expect(ids).not.toContain('chosen')
    expect(own.has({ ...mark, id: 'chosen' })).toBe(false)
  })

  it('are not known by their members alone, nor by their id alone, nor those of another instance', () => {
    const [own, other] = [new OwnMarks(), new OwnMarks()]
    const named = own.name(mark)
    expect(own.has(mark)).toBe(false)
    expect(own.has(other.name(mark))).toBe(false)
    expect(own.has({ ...named, subject: 'user-2' })).toBe(false)
    expect(own.has({ ...named, effect: 'refuse' })).toBe(false)
    expect(own.has({ ...named, eventTime: mark.eventTime + 1 })).toBe(false)
    expect(other.has(named)).toBe(false)
  })

  it('are the last thousand', () => {
    const own = new OwnMarks()
    const first = own.name(mark)
    for (let at = 0; at < 999; at++) own.name(mark)
    expect(own.has(first)).toBe(true)
    own.name(mark)
    expect(own.has(first)).toBe(false)
  })
})
