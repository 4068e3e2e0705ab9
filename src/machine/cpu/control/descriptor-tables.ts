import { state } from '../state-layout.ts'
import { isCanonical } from '../system/cpu-state.ts'
import type { SystemInstruction, SystemInstructions } from '../system/system-instruction.ts'
import { checkUmip, protect } from './faults.ts'
import { linearBits } from './model.ts'

const at = {
  gdt: { base: state.gdtBase, limit: state.gdtLimit },
  idt: { base: state.idtBase, limit: state.idtLimit },
} as const

/** A limit of 16 bits, then a base: 8 bytes in 64-bit mode, else 4 (SDM volume 2, LGDT and SGDT). */
export const descriptorTableInstructions: SystemInstructions = {
  LGDT: loader('gdt'),
  LIDT: loader('idt'),
  SGDT: storer('gdt'),
  SIDT: storer('idt'),
}

/** An operand size of 16 bits takes 24 of the base. */
function loader(table: keyof typeof at): SystemInstruction {
  return ({ state: cpu }, operation) => {
    const limit = operation.readMemory(0n, 2)
    const read = operation.readMemory(2n, cpu.is64Bit ? 8 : 4)
    const base = !cpu.is64Bit && operation.bytes === 2 ? read & 0xff_ffffn : read
    protect(cpu.is64Bit && !isCanonical(base, linearBits(cpu)))
    cpu.setU32(at[table].limit, Number(limit))
    cpu.setU64(at[table].base, base)
    return 'next'
  }
}

/** The whole base, whatever the operand size. */
function storer(table: keyof typeof at): SystemInstruction {
  return ({ state: cpu }, operation) => {
    checkUmip(cpu)
    const bytes = cpu.is64Bit ? 8 : 4
    operation.probeWrite(0n, 2)
    operation.probeWrite(2n, bytes)
    operation.writeMemory(0n, cpu.u32(at[table].limit), 2)
    operation.writeMemory(2n, cpu.u64(at[table].base), bytes)
    return 'next'
  }
}
