import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { firmwareEntry } from '../../../src/machine/firmware-entry.ts'
import { Machine, type Wiring } from '../../../src/machine/machine.ts'
import { assemble } from '../control/assemble.ts'
import '../generated-core.ts'

const sectorBytes = 512
const disk = 0x80

/** Reads 40 sectors, waits 200 ms, takes a key that comes in between; meanwhile INT 1Ch reads the clock. */
const code = assemble(
  16,
  `org 0x7c00
   xor ax, ax; mov ds, ax; mov es, ax
   mov word [0x70], tick; mov [0x72], ax
   mov ax, 0x0228; mov bx, 0x9000; mov cx, 1; mov dx, 0x80; int 0x13
   mov ah, 0x86; mov cx, 3; mov dx, 0x0d40; int 0x15
   mov ah, 0; int 0x16
   mov [0x600], ax
   cli; hlt
   tick: push ax; push cx; push dx; mov ah, 2; int 0x1a; inc word [cs:0x602]
   cmp word [cs:0x602], 9; jne over; mov ah, 5; mov cx, 0x1e61; int 0x16
   over: pop dx; pop cx; pop ax; iret`,
)

function image(code: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from({ length: 64 * sectorBytes }, (_, at) => (at * 31) >> 3)
  bytes.set(code)
  bytes.set([0x55, 0xaa], 510)
  return bytes
}

function wiring(code: Uint8Array): Wiring {
  const bytes = image(code)
  const medium = {
    sectorBytes,
    sectors: 64,
    isWritable: false,
    read: (first: number, count: number) => bytes.slice(first * sectorBytes, (first + count) * sectorBytes),
    write: () => {},
  } as const
  const geometry = { cylinders: 2, heads: 16, sectorsPerTrack: 63 }
  const drives = [{ kind: 'disk', number: disk, id: 'disk', medium, geometry }] as const
  return { exit: null, serial: () => {}, drives, bootOrder: [disk] }
}

function boot(program = code): Machine {
  const machine = new Machine({ memoryMiB: 1, ...wiring(program) })
  machine.powerOn([], wiring(program))
  machine.enter(firmwareEntry)
  return machine
}

const stateOf = (machine: Machine) => ({
  ram: createHash('sha256').update(machine.cpu.ram).digest('hex'),
  cpu: createHash('sha256').update(machine.cpu.save()).digest('hex'),
  ticks: machine.ticks,
  units: machine.units,
})

function toEnd(machine: Machine): ReturnType<typeof stateOf> {
  expect(machine.run(1_000_000)).toEqual({ kind: 'halted' })
  return stateOf(machine)
}

test('calls that wait do what they should', () => {
  const machine = boot()
  toEnd(machine)
  const ram = Buffer.from(machine.cpu.ram)
  expect(
    ram.subarray(0x9000, 0x9000 + 40 * sectorBytes).equals(image(code).subarray(0, 40 * sectorBytes)),
  ).toBe(true)
  expect(ram.readUInt16LE(0x600)).toBe(0x1e61)
  // The key came with the ninth tick of 55 ms, 300 ms after the wait was over.
  expect(machine.ticks).toBeGreaterThan(9 * 55_000_000)
  expect(machine.ticks).toBeLessThan(9.2 * 55_050_240)
})

test('where a run is cut makes no difference to calls that wait', () => {
  const whole = boot()
  const expected = toEnd(whole)
  const sliced = boot()
  for (let tick = 1_000_003; sliced.runUntil(tick, 13).kind !== 'halted'; ) {
    if (sliced.ticks >= tick) tick += 1_000_003
  }
  expect(stateOf(sliced)).toEqual(expected)
})

test('a run that is saved anywhere, and goes on elsewhere, ends as the whole run', () => {
  const first = boot()
  const second = boot()
  const expected = toEnd(second)
  for (let at = 61; at < expected.units; at += 61) {
    first.run(61)
    const saved = structuredClone(first.save())
    second.cpu.ram.set(first.cpu.ram)
    second.load(saved)
    expect(isDeepStrictEqual(second.save(), saved)).toBe(true)
    expect(toEnd(second), `saved after ${at}`).toEqual(expected)
  }
})

test('who does nothing but look for a key looks 4,000 times a second, and gets it', () => {
  const looks = 'inc dword [0x604]; mov ah, 1; int 0x16; jz l; cli; hlt'
  const busy = 'mov ax, 0x0e2e; mov bx, 7; int 0x10'
  const seconds = 2
  const looksOf = (program: string) => {
    const machine = boot(assemble(16, `xor ax, ax; mov ds, ax; mov [0x604], eax; l: ${program}`))
    machine.runUntil(seconds * 1e9, 1e9)
    return { machine, count: Buffer.from(machine.cpu.ram).readUInt32LE(0x604) / seconds }
  }
  const idle = looksOf(looks)
  expect(idle.count).toBeGreaterThan(3900)
  expect(idle.count).toBeLessThan(4500)
  expect([idle.machine.looksForKey, idle.machine.awaitsKey]).toEqual([true, false])
  idle.machine.press(['x'])
  expect(idle.machine.run(1_000_000)).toEqual({ kind: 'halted' })
  expect(idle.machine.looksForKey).toBe(false)
  const working = looksOf(`${busy}; ${looks}`)
  expect(working.machine.looksForKey).toBe(false)
  expect(working.count).toBeGreaterThan(50_000)
})

test('a wait for a key that nothing can end is a halt, until somebody presses one', () => {
  // Counter 0 awaits a count: no timer of the machine is armed.
  const machine = boot(assemble(16, 'mov al, 0x30; out 0x43, al; mov ah, 0; int 0x16; cli; hlt'))
  expect(machine.run(1_000_000)).toEqual({ kind: 'halted' })
  expect([machine.awaitsKey, Number.isFinite(machine.ticks)]).toEqual([true, true])
  machine.press(['x'])
  expect(machine.run(1_000_000)).toEqual({ kind: 'halted' })
  expect([machine.awaitsKey, machine.state.general(0, 2)]).toEqual([false, 0x2d78n])
})
