import { describe, expect, it } from '@jest/globals'
import { watchClock } from '../../src/cache/clock-watch.ts'

describe('a clock that is watched', () => {
  it('may go on, stand still or jump ahead', () => {
    const wasSetBack = watchClock()
    expect([0, 0, 1, 500, 1_000_000, 1_000_000].map(wasSetBack)).toEqual([false, false, false, false, false, false])
  })

  it('is set back when it goes back by more than a second, once', () => {
    const wasSetBack = watchClock()
    expect([1_000_000, 998_999, 998_999, 999_000].map(wasSetBack)).toEqual([false, true, false, false])
  })

  it('may go back a little, as when it is synchronised', () => {
    const wasSetBack = watchClock()
    expect([1_000_000, 999_000, 998_500, 998_600].map(wasSetBack)).toEqual([false, false, false, false])
  })

  it('is held against one that nobody sets', () => {
    let elapsed = 0
    const wasSetBack = watchClock(() => elapsed)
    const look = (at: number, passed: number): boolean => {
      elapsed = passed
      return wasSetBack(at)
    }
    expect(look(1_000_000, 0)).toBe(false)
    expect(look(1_010_000, 10_900)).toBe(false)
    expect(look(1_020_000, 22_000)).toBe(true)
    expect(look(1_030_000, 32_000)).toBe(false)
    // Suspended: the other one stood still.
    expect(look(1_630_000, 32_500)).toBe(false)
  })
})
