import { expect, test } from 'vitest'
import { missingDeviceNotes } from '../../src/engines/embedded/missing-devices.ts'
import { Machine } from '../../src/machine/machine.ts'
import { type UnknownAccess, UnknownAccesses } from '../../src/machine/unknown-accesses.ts'
import './generated-core.ts'
import { setRegisters } from './register-file.ts'

const port = { space: 'ports', at: 0x278, size: 1, isWrite: false, first: 5 } as const

test('accesses of a kind are one, with the first instruction and a count', () => {
  const told: number[] = []
  const unknown = new UnknownAccesses(({ at }) => told.push(at))
  unknown.note(port)
  unknown.note({ ...port, first: 9 })
  unknown.note({ ...port, size: 2 })
  unknown.note({ ...port, isWrite: true })
  unknown.note({ space: 'memory', at: 0xfec0_0010, size: 4, isWrite: true, first: 20 })
  unknown.note({ space: 'memory', at: 0xfec0_0020, size: 4, isWrite: true, first: 21 })
  expect(unknown.all.map(({ at, count, first }) => [at, count, first])).toEqual([
    [0x278, 2, 5],
    [0x278, 1, 5],
    [0x278, 1, 5],
    [0xfec0_0000, 2, 20],
  ])
  expect(told).toEqual([0x278, 0x278, 0x278, 0xfec0_0000])
  unknown.forget()
  expect(unknown.all).toEqual([])
})

test('a guest that tries everything fills no more than 512', () => {
  const unknown = new UnknownAccesses(() => {})
  for (let at = 0; at < 65_536; at++) unknown.note({ ...port, at })
  expect(unknown.all).toHaveLength(512)
})

/** IN AL, 79h; MOV [FEC00010h], EAX; MOV EAX, [FED00000h]; the last two again; HLT. */
const code = [
  ...[0xe4, 0x79, 0xa3, 0x10, 0, 0xc0, 0xfe, 0xa1, 0, 0, 0xd0, 0xfe],
  ...[0xa3, 0x10, 0, 0xc0, 0xfe, 0xa1, 4, 0, 0xd0, 0xfe, 0xf4],
]

test('a machine counts them; of an I/O APIC and an HPET a user hears that QEMU has one', () => {
  const accesses: UnknownAccess[] = []
  const notes: string[] = []
  const note = missingDeviceNotes((text) => notes.push(text), 1)
  const unknown = (access: UnknownAccess) => {
    accesses.push({ ...access })
    note(access)
  }
  const machine = new Machine({ memoryMiB: 1, exit: null, serial: () => {}, unknown })
  machine.cpu.poke(0x1000, Uint8Array.from(code))
  const general = Array.from({ length: 16 }, () => 0n)
  const modes = { cr0: 0x11, cr3: 0n, cr4: 0, efer: 0, long: false }
  setRegisters(machine.cpu, { general, rip: 0x1000n, rflags: 2, ...modes })
  expect(machine.run(100)).toEqual({ kind: 'halted' })
  const shown = ({ at, size, isWrite, first, count }: UnknownAccess) => [at, size, isWrite, first, count]
  expect(accesses.map(shown)).toEqual([
    [0x79, 1, false, 0, 1],
    [0xfec0_0000, 4, true, 1, 1],
    [0xfed0_0000, 4, false, 2, 1],
  ])
  expect(machine.unknownAccesses.map(({ count }) => count)).toEqual([1, 2, 2])
  expect(notes).toEqual([
    'the guest looks for an I/O APIC at 0xfec00000: --engine qemu has one',
    'the guest looks for an HPET at 0xfed00000: --engine qemu has one',
  ])
})

/** MOV EAX, [100000h]; MOV [100000h], EAX; MOV [200000h], EAX; MOV [40000000h], EAX; HLT. */
const pastRam = [
  ...[0xa1, 0, 0, 0x10, 0, 0xa3, 0, 0, 0x10, 0],
  ...[0xa3, 0, 0, 0x20, 0, 0xa3, 0, 0, 0, 0x40, 0xf4],
]

test('of a guest that writes where more RAM would be a user hears once; not of pointers gone wild', () => {
  const notesWith = (memoryMiB: number) => {
    const notes: string[] = []
    const unknown = missingDeviceNotes((text) => notes.push(text), memoryMiB)
    const machine = new Machine({ memoryMiB, exit: null, serial: () => {}, unknown })
    machine.cpu.poke(0x1000, Uint8Array.from(pastRam))
    const general = Array.from({ length: 16 }, () => 0n)
    const modes = { cr0: 0x11, cr3: 0n, cr4: 0, efer: 0, long: false }
    setRegisters(machine.cpu, { general, rip: 0x1000n, rflags: 2, ...modes })
    expect(machine.run(100)).toEqual({ kind: 'halted' })
    return notes
  }
  expect(notesWith(1)).toEqual([
    'the guest writes to 0x100000, past the end of its 1 MiB of RAM: --memory gives it more [past-ram]',
  ])
  expect(notesWith(2)).toEqual([
    'the guest writes to 0x200000, past the end of its 2 MiB of RAM: --memory gives it more [past-ram]',
  ])
  expect(notesWith(3)).toEqual([])
})
