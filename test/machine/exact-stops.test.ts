import { expect, test } from 'vitest'
import { longMode } from './long-mode.ts'
import { registersOf } from './register-file.ts'

/** Two IN of 1000 ticks each, then INC and JMP for ever. */
const code = [0xe4, 0x80, 0xe4, 0x80, 0x48, 0xff, 0xc0, 0xeb, 0xfb]

/** A run is asked for in stretches of any length, as a host's speed has it: a guest must not see them. */
test.each([1, 7, 700, 3000, 1_000_000])(
  'what accesses take ends a run no later, %i units at a time',
  (most) => {
    const machine = longMode(Uint8Array.from(code))
    const until = machine.ticks + 10_000
    while (machine.ticks < until) machine.runUntil(until, most)
    expect([machine.ticks - until, machine.units]).toEqual([0, 8000])
  },
)

/** Two PAUSE of 140 ticks each, then INC and JMP for ever. */
const pauses = [0xf3, 0x90, 0xf3, 0x90, 0x48, 0xff, 0xc0, 0xeb, 0xfb]

test.each([1, 7, 700, 3000, 1_000_000])('nor later for what PAUSE takes, %i units at a time', (most) => {
  const machine = longMode(Uint8Array.from(pauses))
  const until = machine.ticks + 10_000
  while (machine.ticks < until) machine.runUntil(until, most)
  expect([machine.ticks - until, machine.units]).toEqual([0, 9720])
})

test('the time stamp counter counts what PAUSE takes', () => {
  // RDTSC, MOV EBX, EAX, PAUSE, RDTSC, SUB EAX, EBX
  const machine = longMode(Uint8Array.from([0x0f, 0x31, 0x89, 0xc3, 0xf3, 0x90, 0x0f, 0x31, 0x29, 0xd8]))
  machine.run(5)
  expect(registersOf(machine.cpu).general[0]).toBe(143n)
})

/** OUT to a port, over and over: the last one may take a run beyond its end. */
test.each([1, 700, 1_000_000])('a guest that is busy with ports stops behind the same access, %i', (most) => {
  const machine = longMode(Uint8Array.from([0xe6, 0x80, 0xeb, 0xfc]))
  const until = machine.ticks + 50_500
  while (machine.ticks < until) machine.runUntil(until, most)
  expect([machine.ticks - until, machine.units]).toEqual([601, 101])
})
