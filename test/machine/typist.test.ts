import { expect, test } from 'vitest'
import { tickAtMs } from '../../src/machine/clock.ts'
import { Keyboard } from '../../src/machine/devices/keyboard.ts'
import { addressOf } from '../../src/machine/firmware/bios/data-area.ts'
import { TimerQueue } from '../../src/machine/timer-queue.ts'
import { Typist } from '../../src/machine/typist.ts'

let now = 0

/** A typist at a keyboard, where the BIOS keeps a key of its guest's in the buffer. */
function desk() {
  const clock = new TimerQueue(() => now)
  const keyboard = new Keyboard()
  const ram = new Uint8Array(0x1000)
  ram[addressOf('keyBufferTail')] = 2
  return { clock, keyboard, ram, typist: new Typist(keyboard, ram, clock) }
}

test('when the guest called the BIOS last is saved: what is typed waits as long for a guest that is loaded', () => {
  now = tickAtMs(10_000)
  const first = desk()
  first.typist.noteCall('int09')
  first.typist.press(['a'])
  const next = desk()
  next.typist.load(structuredClone(first.typist.save()))
  next.clock.load(first.clock.save())
  const takenAt = [first, next].map(({ clock, keyboard }) => {
    let ms = 10_000
    for (; keyboard.isReady; ms++) {
      now = tickAtMs(ms)
      clock.expireDue()
    }
    return ms
  })
  // A guest that has not called the BIOS for 250 ms has left it; a key is looked after every 10 ms.
  expect(takenAt[0]).toBeGreaterThanOrEqual(10_250)
  expect(takenAt[0]).toBeLessThanOrEqual(10_260)
  expect(takenAt[1]).toBe(takenAt[0])
})
