import { expect, test } from 'vitest'
import { PhysicalMemory } from '../../src/machine/bus/physical-memory.ts'
import { PortSpace } from '../../src/machine/bus/port-space.ts'
import { Cpu } from '../../src/machine/cpu/cpu.ts'
import './generated-core.ts'
import { registersOf, setRegisters } from './register-file.ts'

const port = 0x1f0
const codeAt = 0x10_0000
const dataAt = 0x18_0000
const directory = 0x8000
const table = 0x9000

/** A port that counts up as it is read and remembers what is written; page 0 is not present. */
function machine(code: readonly number[], registers: { ecx?: number; esi?: number; edi?: number }) {
  const ports = new PortSpace()
  const written: string[] = []
  let reads = 0
  ports.attach(
    { first: port, count: 4, width: 4 },
    {
      read: () => 0x0101_0101 * ++reads,
      write: (_offset, size, value) => void written.push(`${size}:${value.toString(16)}`),
    },
  )
  const cpu = new Cpu(new PhysicalMemory(4 << 20), ports)
  cpu.stopsAtExceptions = true
  const view = new DataView(cpu.ram.buffer, cpu.ram.byteOffset)
  view.setUint32(directory, table | 3, true)
  for (let page = 1; page < 1024; page++) view.setUint32(table + 4 * page, (page << 12) | 3, true)
  cpu.poke(codeAt, new Uint8Array(code))
  const { ecx = 0, esi = 0, edi = 0 } = registers
  const general = [0, ecx, port, 0, 0, 0, esi, edi, ...Array<number>(8).fill(0)].map(BigInt)
  const modes = { cr0: 0x8001_0011, cr3: BigInt(directory), cr4: 0, efer: 0, long: false }
  setRegisters(cpu, { general, rip: BigInt(codeAt), rflags: 2, ...modes })
  return { cpu, written, reads: () => reads }
}

test('REP INS fills memory, one unit an iteration', () => {
  const { cpu } = machine([0xf3, 0x66, 0x6d], { ecx: 3, edi: dataAt })
  cpu.run(2)
  expect(registersOf(cpu).general[1]).toBe(1n)
  cpu.run(1)
  expect(registersOf(cpu).rip).toBe(BigInt(codeAt + 3))
  expect([...cpu.ram.subarray(dataAt, dataAt + 7)]).toEqual([1, 1, 2, 2, 3, 3, 0])
  expect(registersOf(cpu).general[7]).toBe(BigInt(dataAt + 6))
})

test('OUTS sends bytes, words and doublewords', () => {
  const { cpu, written } = machine([0x6e, 0x66, 0x6f, 0x6f], { esi: dataAt })
  cpu.poke(dataAt, new Uint8Array([0x10, 0x21, 0x22, 0x31, 0x32, 0x33, 0x34]))
  cpu.run(3)
  expect(written).toEqual(['1:10', '2:2221', '4:34333231'])
  expect(registersOf(cpu).general[6]).toBe(BigInt(dataAt + 7))
})

test('INS faults before it reads the port', () => {
  const { cpu, reads } = machine([0x6c], { edi: 0x800 })
  expect(cpu.run(1).stop).toMatchObject({ kind: 'exception', vector: 14, code: 2 })
  expect(reads()).toBe(0)
})
