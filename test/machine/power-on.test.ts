import { expect, test } from 'vitest'
import { rights } from '../../src/machine/cpu/state-layout.ts'
import type { EntryRegisters } from '../../src/machine/entry.ts'
import { Machine, type Wiring } from '../../src/machine/machine.ts'
import { assemble } from './control/assemble.ts'
import './generated-core.ts'

const codeAt = 0x1_0000
const dataAt = 0x2_0000

const flat = (type: number) => ({
  selector: 0x10,
  base: 0n,
  limit: 0xffff_ffff,
  rights: rights.present | rights.nonSystem | rights.big | rights.granular | rights.accessed | type,
})
const [data, code] = [flat(rights.writable), flat(rights.code | rights.readable)]
const nothing = { base: 0n, limit: 0 }

const entry: EntryRegisters = {
  general: Array.from({ length: 16 }, () => 0n),
  rip: BigInt(codeAt),
  rflags: 2,
  cr0: 0x11,
  cr3: 0n,
  cr4: 0,
  efer: 0,
  segments: { cs: code, ss: data, ds: data, es: data, fs: data, gs: data, ldtr: data, tr: data },
  gdtr: nothing,
  idtr: nothing,
}

const wiring: Wiring = { exit: null, serial: () => {} }

test('what a guest writes is undone, also where guests before have written what was there', () => {
  const machine = new Machine({ memoryMiB: 1, ...wiring })
  const bytes = assemble(32, `mov ebx, ${dataAt}; mov [ebx], eax; hlt`)
  const there = 0x0403_0201
  const image = [
    { at: codeAt, bytes, size: bytes.length },
    { at: dataAt, bytes: Uint8Array.of(1, 2, 3, 4), size: 4 },
  ]
  const inRam = () => Buffer.from(machine.cpu.ram.subarray(dataAt, dataAt + 4)).readUInt32LE()
  for (const written of [there, there, 5, 6]) {
    machine.powerOn(image, wiring)
    expect(inRam()).toBe(there)
    machine.enter({ ...entry, general: entry.general.with(0, BigInt(written)) })
    expect(machine.run(4)).toEqual({ kind: 'halted' })
    expect(inRam()).toBe(written)
  }
})
