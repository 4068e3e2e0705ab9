import { expect, test } from 'vitest'
import type { Machine } from '../../src/machine/machine.ts'
import { codeAt, longMode } from './long-mode.ts'
import { registersOf, setRegisters } from './register-file.ts'

const table = 0x4000
const entryOf = (linear: number) => table + (linear >> 12) * 8
const pageFault = 14

/** Bits of page table entries (SDM volume 3, 4.5). */
const bit = { present: 1, writable: 2 }
const noExecute = 1n << 63n

function view(machine: Machine): DataView {
  const { ram } = machine.cpu
  return new DataView(ram.buffer, ram.byteOffset, ram.byteLength)
}

function setEntry(machine: Machine, linear: number, entry: bigint): void {
  view(machine).setBigUint64(entryOf(linear), entry, true)
  machine.cpu.flushTlb()
}

const entry = (machine: Machine, linear: number) => view(machine).getBigUint64(entryOf(linear), true)

/** `MOV RAX, [RDI]` and `MOV [RDI], RAX`, with RDI. */
const reads = [0x48, 0x8b, 0x07]
const writes = [0x48, 0x89, 0x07]

function machineFor(code: readonly number[], rdi: number | bigint): Machine {
  const general = Array<bigint>(16).fill(0n)
  general[0] = 0x1122334455667788n
  general[4] = 0x20_0000n
  general[7] = BigInt(rdi)
  return longMode(new Uint8Array(code), { general })
}

test('a read sets A on the way, a write D at the end, and a fault neither', () => {
  const reader = machineFor(reads, 0x18_0000)
  reader.run(1)
  expect(entry(reader, 0x18_0000)).toBe(0x18_0023n)
  expect(view(reader).getBigUint64(0x1000, true) & 0x20n).toBe(0x20n)
  expect(entry(reader, Number(codeAt))).toBe(0x10_0023n)
  const writer = machineFor(writes, 0x18_0000)
  writer.run(1)
  expect(entry(writer, 0x18_0000)).toBe(0x18_0063n)
  const faulter = machineFor(writes, 0x18_0000)
  setEntry(faulter, 0x18_0000, 0x18_0001n)
  expect(faulter.run(1)).toEqual({ kind: 'exception', vector: pageFault, code: 3 })
  expect(entry(faulter, 0x18_0000)).toBe(0x18_0001n)
})

test.each([
  ['read of an absent page', reads, 0n, 0],
  ['write to an absent page', writes, 0n, 2],
  ['write to a read-only page', writes, 0x18_0001n, 3],
  ['read with a reserved bit', reads, 0x18_0003n | (1n << 45n), 9],
  ['write with a reserved bit', writes, 0x18_0003n | (1n << 51n), 11],
])('a %s faults with its error code and changes nothing', (_name, code, value, error) => {
  const machine = machineFor(code, 0x18_0000)
  setEntry(machine, 0x18_0000, value)
  const before = registersOf(machine.cpu)
  expect(machine.run(1)).toEqual({ kind: 'exception', vector: pageFault, code: error })
  expect(registersOf(machine.cpu)).toEqual(before)
  expect(machine.cpu.faultAddress).toBe(0x18_0000n)
  expect(machine.units).toBe(0)
})

test('code on a page that must not be executed faults as a fetch', () => {
  const machine = machineFor(reads, 0x18_0000)
  setEntry(machine, Number(codeAt), codeAt | BigInt(bit.present | bit.writable) | noExecute)
  expect(machine.run(1)).toEqual({ kind: 'exception', vector: pageFault, code: 0x11 })
  expect(machine.cpu.faultAddress).toBe(codeAt)
})

test('an access over two pages faults on the second with nothing half-written', () => {
  const machine = machineFor(writes, 0x18_0ffc)
  setEntry(machine, 0x18_1000, 0n)
  expect(machine.run(1)).toEqual({ kind: 'exception', vector: pageFault, code: 2 })
  expect(machine.cpu.faultAddress).toBe(0x18_1000n)
  expect(view(machine).getUint32(0x18_0ffc, true)).toBe(0)
})

test('an access over two pages that lie apart reaches both', () => {
  const machine = machineFor(writes, 0x18_0ffd)
  setEntry(machine, 0x18_1000, 0x19_5003n)
  expect(machine.run(1)).toEqual({ kind: 'budget' })
  expect([...machine.cpu.ram.subarray(0x18_0ffd, 0x18_1000)]).toEqual([0x88, 0x77, 0x66])
  expect([...machine.cpu.ram.subarray(0x19_5000, 0x19_5005)]).toEqual([0x55, 0x44, 0x33, 0x22, 0x11])
})

test('a non-canonical address is a general protection, or a stack fault through RSP', () => {
  expect(machineFor(reads, 1n << 47n).run(1)).toEqual({ kind: 'exception', vector: 13, code: 0 })
  const push = machineFor([0x50], 0)
  const general = [...registersOf(push.cpu).general]
  general[4] = 1n << 63n
  setRegisters(push.cpu, { ...registersOf(push.cpu), general })
  expect(push.run(1)).toEqual({ kind: 'exception', vector: 12, code: 0 })
})

test('the TLB keeps a translation until it is flushed', () => {
  const machine = machineFor([...reads, ...reads], 0x18_0000)
  view(machine).setBigUint64(0x18_0000, 1n, true)
  view(machine).setBigUint64(0x19_0000, 2n, true)
  machine.run(1)
  view(machine).setBigUint64(entryOf(0x18_0000), 0x19_0003n, true)
  machine.run(1)
  expect(registersOf(machine.cpu).general[0]).toBe(1n)
  setRegisters(machine.cpu, { ...registersOf(machine.cpu), rip: codeAt })
  machine.run(1)
  expect(registersOf(machine.cpu).general[0]).toBe(2n)
})
