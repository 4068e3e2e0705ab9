import type { Cpu } from '../../src/machine/cpu/cpu.ts'
import { type NamedRegisters, readFlags, writeNamed } from '../../src/machine/cpu/register-file.ts'
import { rights, segment, state } from '../../src/machine/cpu/state-layout.ts'

/** With segments as boot code leaves them: all of memory, code of 64 bits where `long`, else of 32. */
export interface RegisterFile extends NamedRegisters {
  readonly long: boolean
}

export function registersOf({ state: { view } }: Cpu): RegisterFile {
  return {
    general: Array.from({ length: 16 }, (_, index) => view.getBigUint64(state.registers + 8 * index, true)),
    rip: view.getBigUint64(state.rip, true),
    rflags: readFlags(view),
    cr0: view.getUint32(state.cr0, true),
    cr3: view.getBigUint64(state.cr3, true),
    cr4: view.getUint32(state.cr4, true),
    efer: view.getUint32(state.efer, true),
    long: view.getInt32(state.long, true) === 1,
  }
}

/** With a busy 32-bit task state, as after power-on: entering long mode asks for one. Flushes the TLB. */
export function setRegisters(cpu: Cpu, file: RegisterFile): void {
  writeNamed(cpu.state.view, file)
  for (let number = 0; number < 6; number++) {
    const isCode = number === segment.cs
    const width = file.long && isCode ? rights.long : rights.big
    const type = isCode ? rights.code : 0
    const allowed = rights.present | rights.nonSystem | type | rights.writable | rights.accessed
    cpu.state.setU64(state.segmentBases + 8 * number, 0n)
    cpu.state.setU32(state.segmentLimits + 4 * number, 0xffff_ffff)
    cpu.state.setU32(state.segmentRights + 4 * number, allowed | width | rights.granular)
  }
  cpu.state.setU32(state.segmentLimits + 4 * segment.tr, 0xffff)
  cpu.state.setU32(state.segmentRights + 4 * segment.tr, 0x8b)
  cpu.settle()
}
