import { Machine } from '../../src/machine/machine.ts'
import './generated-core.ts'
import { type RegisterFile, setRegisters } from './register-file.ts'

export const codeAt = 0x10_0000n
const stackTop = 0x20_0000n

const pml4 = 0x1000
const pdpt = 0x2000
const directory = 0x3000
const table = 0x4000

/** 64-bit mode, 4 MiB mapped one to one: the first half in 4 KiB pages, the rest in a large one. */
export function longMode(code: Uint8Array, registers: Partial<RegisterFile> = {}): Machine {
  const machine = new Machine({ memoryMiB: 4, exit: null, serial: () => {} })
  machine.cpu.stopsAtExceptions = true
  const view = new DataView(machine.cpu.ram.buffer, machine.cpu.ram.byteOffset)
  const entry = (at: number, index: number, value: number) =>
    view.setBigUint64(at + 8 * index, BigInt(value), true)
  entry(pml4, 0, pdpt | 3)
  entry(pdpt, 0, directory | 3)
  entry(directory, 0, table | 3)
  entry(directory, 1, 0x20_0000 | 0x83)
  for (let page = 0; page < 512; page++) entry(table, page, (page << 12) | 3)
  machine.cpu.poke(Number(codeAt), code)
  setRegisters(machine.cpu, {
    general: Array.from({ length: 16 }, (_, index) => (index === 4 ? stackTop : 0n)),
    rip: codeAt,
    rflags: 2,
    cr0: 0x8001_0011,
    cr3: BigInt(pml4),
    cr4: 0x20,
    efer: 0xd00,
    long: true,
    ...registers,
  })
  return machine
}
