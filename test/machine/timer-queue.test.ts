import { expect, test } from 'vitest'
import type { Timer } from '../../src/machine/clock.ts'
import { TimerQueue } from '../../src/machine/timer-queue.ts'

let now = 0
const queue = () => {
  now = 0
  return new TimerQueue(() => now)
}

test('timers expire in the order of their deadlines, equal ones as they were made', () => {
  const clock = queue()
  const expired: string[] = []
  const timers = ['a', 'b', 'c', 'd'].map((name) => clock.timer(name, () => expired.push(name)))
  for (const [index, at] of [30, 10, 20, 10].entries()) timers[index]?.arm(at)
  expect(clock.deadline).toBe(10)
  now = 25
  clock.expireDue()
  expect(expired).toEqual(['b', 'd', 'c'])
  expect(clock.deadline).toBe(30)
  timers[0]?.disarm()
  expect(clock.deadline).toBe(null)
})

test('a timer may arm itself again, and is due again at once where that has passed', () => {
  const clock = queue()
  const beats: number[] = []
  const timer: Timer = clock.timer('beat', () => {
    beats.push(now)
    timer.arm(10 * (beats.length + 1))
  })
  timer.arm(10)
  now = 35
  clock.expireDue()
  expect(beats).toEqual([35, 35, 35])
  expect(timer.at).toBe(40)
})

test('deadlines are saved and loaded by name', () => {
  const clock = queue()
  clock.timer('idle', () => {})
  clock.timer('busy', () => {}).arm(7)
  expect(clock.save()).toEqual({ busy: 7 })

  const other = queue()
  const idle = other.timer('idle', () => {})
  other.timer('busy', () => {})
  idle.arm(99)
  other.load(clock.save())
  expect([idle.at, other.deadline]).toEqual([null, 7])
  expect(other.save()).toEqual(clock.save())
})

test('names are kept apart', () => {
  const clock = queue()
  clock.timer('pit', () => {})
  expect(() => clock.timer('pit', () => {})).toThrow('two timers are named pit')
  expect(() => clock.load({ rtc: 1 })).toThrow('no timer is named rtc')
})
