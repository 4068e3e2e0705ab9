import { beforeEach, expect, test } from 'vitest'
import { ticksPerSecond } from '../../../src/machine/clock.ts'
import { PowerManagement } from '../../../src/machine/devices/power-management.ts'
import { SystemControlB } from '../../../src/machine/devices/system-control-b.ts'
import { TimerQueue } from '../../../src/machine/timer-queue.ts'

let now = 0
let clock = new TimerQueue(() => now)
let interrupt = false
let slept: number[] = []
let power = make()

function make(): PowerManagement {
  clock = new TimerQueue(() => now)
  const wiring = {
    interrupt: { set: (level: boolean) => (interrupt = level) },
    sleep: (type: number) => slept.push(type),
  }
  return new PowerManagement(clock, wiring)
}

beforeEach(() => {
  now = 0
  slept = []
  power = make()
})

function runTo(tick: number): void {
  while (clock.deadline !== null && clock.deadline <= tick) {
    now = clock.deadline
    clock.expireDue()
  }
  now = tick
}

test('the timer runs at 3.579545 MHz in 24 bits', () => {
  now = ticksPerSecond
  expect(power.read(8, 4)).toBe(3_579_545)
  now = 280 * (2 ** 24 + 5) + 279
  expect([power.read(8, 4), power.read(9, 2), power.read(8, 1)]).toEqual([5, 0, 5])
  now = 280 * 0xabcdef
  expect([power.read(8, 4), power.read(8, 2), power.read(10, 1)]).toEqual([0xabcdef, 0xcdef, 0xab])
})

test('its top bit interrupts when it changes, where ACPI is on and that is enabled', () => {
  power.write(2, 2, 1)
  const half = 280 * 2 ** 23
  runTo(half - 1)
  expect(power.read(0, 2)).toBe(0)
  runTo(half)
  expect([power.read(0, 2), interrupt]).toEqual([1, false])
  power.write(4, 2, 1)
  expect(interrupt).toBe(true)
  power.write(0, 2, 1)
  expect([power.read(0, 2), interrupt]).toEqual([0, false])
  runTo(2 * half)
  expect([power.read(0, 4), interrupt]).toEqual([0x0001_0001, true])
})

test('the power button', () => {
  power.setAcpi(true)
  power.write(3, 1, 1)
  power.pressPower()
  expect([power.read(0, 2), interrupt]).toEqual([0x100, true])
})

test('a sleep state is asked for with its number; the bit that asks reads as 0', () => {
  power.write(4, 2, 0x1400)
  expect(slept).toEqual([])
  power.write(4, 2, 0x3400)
  expect([slept, power.read(4, 2)]).toEqual([[5], 0x1400])
  power.write(4, 2, 0x2000)
  expect(slept).toEqual([5, 0])
})

test('enables that do not exist read as 0, reserved ports too', () => {
  power.write(2, 2, 0xffff)
  power.write(6, 2, 0xffff)
  expect([power.read(2, 2), power.read(6, 2)]).toEqual([0x0721, 0])
})

test('saved between two events, it goes on alike', () => {
  power.write(2, 2, 1)
  power.write(4, 2, 1)
  now = 1000
  const saved = structuredClone([power.save(), clock.save()] as const)
  power = make()
  power.load(saved[0])
  clock.load(saved[1])
  runTo(280 * 2 ** 23)
  expect([power.read(0, 2), interrupt]).toEqual([1, true])
})

test('port 61h: gate and speaker of counter 2, and bits that move with time', () => {
  const gates: boolean[] = []
  let output = false
  const port = new SystemControlB(clock, {
    setGate: (level) => gates.push(level),
    output: () => output,
  })
  port.write(0, 1, 0xff)
  expect([port.read(), port.speakerOn, gates]).toEqual([0x0f, true, [true]])
  output = true
  now = 18 * 840
  expect(port.read()).toBe(0x3f)
  now *= 2
  expect(port.read()).toBe(0x2f)
  port.reset()
  expect([port.read(), gates]).toEqual([0x20, [true, false]])
})
