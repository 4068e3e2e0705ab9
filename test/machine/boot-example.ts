import { readFileSync } from 'node:fs'
import { Machine } from '../../src/machine/machine.ts'
import { loadElf } from './elf.ts'
import './generated-core.ts'
import { setRegisters } from './register-file.ts'

/** What boot loaders leave in EAX. */
const magic = { 'hello-serial': 0x2badb002n, 'higher-half': 0x36d76289n } as const

/** An example as its boot loader would start it, with 8 MiB. `serial`: hears what it prints. */
export function bootExample(name: keyof typeof magic, serial: (byte: number) => void = () => {}): Machine {
  const machine = new Machine({ memoryMiB: 8, exit: { port: 0xf4, size: 4 }, serial })
  const image = readFileSync(new URL(`../../examples/${name}/${name}.elf`, import.meta.url))
  const rip = loadElf(machine, image)
  const general = [magic[name], ...Array<bigint>(15).fill(0n)]
  setRegisters(machine.cpu, { general, rip, rflags: 2, cr0: 0x11, cr3: 0n, cr4: 0, efer: 0, long: false })
  return machine
}
