import { segment as segmentNumber, state as stateLayout } from '../../machine/cpu/state-layout.ts'
import type { CpuState } from '../../machine/cpu/system/cpu-state.ts'
import type { Machine } from '../../machine/machine.ts'
import { modeOf, type PagingRegisters } from '../../observe/paging.ts'
import type { Registers, Segment } from '../../observe/registers.ts'
import { x87Of } from '../../observe/x87.ts'

/** Every register of the CPU as it stands. */
export function readRegisters(machine: Machine): Registers {
  const { state } = machine
  const general = (number: number) => state.general(number)
  const segment = (name: keyof typeof segmentNumber): Segment => {
    const { selector, base, limit, rights } = state.segment(segmentNumber[name])
    return { selector, base, limit, attributes: attributesOf(rights) }
  }
  const { cr0, cr3, cr4, efer, pdptes } = readPaging(machine)
  return {
    rax: general(0),
    rcx: general(1),
    rdx: general(2),
    rbx: general(3),
    rsp: general(4),
    rbp: general(5),
    rsi: general(6),
    rdi: general(7),
    r8: general(8),
    r9: general(9),
    r10: general(10),
    r11: general(11),
    r12: general(12),
    r13: general(13),
    r14: general(14),
    r15: general(15),
    rip: state.rip,
    rflags: BigInt(state.flags),
    cr0,
    cr2: state.u64(stateLayout.cr2),
    cr3,
    cr4,
    efer,
    pdptes,
    cs: segment('cs'),
    ss: segment('ss'),
    ds: segment('ds'),
    es: segment('es'),
    fs: segment('fs'),
    gs: segment('gs'),
    ldtr: segment('ldtr'),
    tr: segment('tr'),
    gdtr: state.gdt,
    idtr: state.idt,
    x87: x87Of({
      fcw: state.u32(stateLayout.x87Control),
      fsw: state.u32(stateLayout.x87Status),
      full: state.u32(stateLayout.x87Full),
      bits: vectorsAt(state, stateLayout.x87, 8).map((bits) => BigInt.asUintN(80, bits)),
    }),
    mxcsr: state.u32(stateLayout.mxcsr),
    xmm: vectorsAt(state, stateLayout.xmm, 16),
    cpl: state.cpl,
    halted: machine.halted,
  }
}

/** Those that decide how addresses are translated. */
export function readPaging({ state }: Machine): PagingRegisters {
  const [cr0, cr4, efer] = [BigInt(state.cr0), BigInt(state.cr4), BigInt(state.efer)]
  const pdptes = modeOf({ cr0, cr4, efer }) === 'PAE' ? pdptesOf(state) : null
  return { cr0, cr3: state.u64(stateLayout.cr3), cr4, efer, pdptes }
}

/** `count` values of 128 bits. Most guests leave them 0, and every bigint takes its time. */
function vectorsAt(state: CpuState, at: number, count: number): readonly bigint[] {
  if (state.isClear(at, 16 * count)) return new Array(count).fill(0n)
  return Array.from({ length: count }, (_, index) => {
    const [low, high] = [state.u64(at + 16 * index), state.u64(at + 16 * index + 8)]
    return high === 0n ? low : (high << 64n) | low
  })
}

function pdptesOf(state: CpuState): readonly bigint[] {
  return [0, 8, 16, 24].map((offset) => state.u64(stateLayout.pdptes + offset))
}

/** From the CPU's compact form to the descriptor's: bits 0–7 stand at 8, 12–15 at 20. */
function attributesOf(rights: number): number {
  return ((rights & 0xff) << 8) | (((rights >> 12) & 0xf) << 20)
}
