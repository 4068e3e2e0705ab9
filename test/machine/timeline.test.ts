import { expect, test } from 'vitest'
import { type Happening, Timeline } from '../../src/machine/timeline.ts'

let tick = 0
function timeline(): Timeline {
  tick = 0
  return new Timeline(() => ({ units: 10 * ++tick, tick }))
}

const told = (from: Timeline) => from.all.map(({ what, times }) => [what, times] as const)
const irq = (vector: number): Happening => ({ kind: 'irq', vector })
const read = (first: number, sectors: number, drive = 'boot'): Happening => ({
  kind: 'diskRead',
  drive,
  first,
  sectors,
})

test('what repeats is one entry with the instant of the first', () => {
  const kept = timeline()
  for (const vector of [8, 8, 9, 8, 8, 8]) kept.note(irq(vector))
  expect(told(kept)).toEqual([
    [irq(8), 2],
    [irq(9), 1],
    [irq(8), 3],
  ])
  expect(kept.all.map(({ units, tick: at }) => [units, at])).toEqual([
    [10, 1],
    [20, 2],
    [30, 3],
  ])
})

test('sectors one behind the other are one read', () => {
  const kept = timeline()
  for (const what of [read(0, 1), read(1, 3), read(4, 1, 'disk1'), read(9, 1, 'disk1')]) kept.note(what)
  expect(told(kept)).toEqual([
    [read(0, 4), 2],
    [read(4, 1, 'disk1'), 1],
    [read(9, 1, 'disk1'), 1],
  ])
})

test('the last 256 are kept, in their order', () => {
  const kept = timeline()
  for (let vector = 0; vector < 1000; vector++) kept.note(irq(vector))
  const vectors = kept.all.map(({ what }) => what.kind === 'irq' && what.vector)
  expect(vectors).toEqual(Array.from({ length: 256 }, (_, index) => 744 + index))
  kept.forget()
  expect(kept.all).toEqual([])
})

test('handlers of interrupts are no calls; a mode is an event where it changes', () => {
  const kept = timeline()
  for (const service of ['int08', 'int13', 'int09']) kept.noteCall(service, 2)
  const text = { mode: 'text', width: 80, height: 25 } as const
  const pixels = { mode: 'graphics', width: 320, height: 200 } as const
  for (const mode of [text, text, pixels, pixels, text]) kept.seeMode(mode)
  expect(told(kept)).toEqual([
    [{ kind: 'biosCall', service: 'int13', ah: 2 }, 1],
    [{ kind: 'modeChange', ...pixels }, 1],
    [{ kind: 'modeChange', ...text }, 1],
  ])
})
