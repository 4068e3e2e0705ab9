import type { MemoryLayout } from './memory-layout.ts'
import type { EntryGdt, EntryState, GeneralRegister } from './plan.ts'

/** Where protocols that name a selector want code and data: Linux' __BOOT_CS and __BOOT_DS. */
const codeSelector = 0x10
const dataSelector = 0x18
const taskSelector = 0x20

const flatCode32 = 0x00cf9b000000ffffn
const flatCode64 = 0x00af9b000000ffffn
const flatData = 0x00cf93000000ffffn
/** An available 32-bit TSS with base 0 and limit 0x67, the smallest there is; LTR marks it busy. */
const task32 = 0x0000890000000067n

const cr0 = { pe: 1 << 0, mp: 1 << 1, et: 1 << 4, ne: 1 << 5, wp: 1 << 16, pg: 2 ** 31 }
const cr4 = { pae: 1 << 5, osfxsr: 1 << 9, osxmmexcpt: 1 << 10 }
const efer = { lme: 1 << 8, nxe: 1 << 11 }

const smallStackBytes = 4096

type Registers = Partial<Record<GeneralRegister, bigint>>

/**
 * 32-bit protected mode, flat segments, paging off. ESP points to the end of a little free memory: no
 * protocol promises that, but GRUB does the same for kernels that push before they have a stack. `task`
 * also loads TR, as PVH wants it.
 */
export function protectedMode(
  layout: MemoryLayout,
  rip: bigint,
  registers: Registers,
  options: { readonly task: boolean } = { task: false },
): EntryState {
  return {
    mode: 'protected32',
    rip,
    registers: { rsp: addStack(layout, smallStackBytes), ...registers },
    cr0: cr0.pe | cr0.et,
    cr3: 0n,
    cr4: 0,
    efer: 0,
    gdt: placeGdt(layout, flatCode32, options.task),
  }
}

/**
 * 64-bit mode with the page tables at `cr3`: write protection and no-execute hold, and SSE works, as
 * compilers for x86-64 expect of every program.
 */
export function longMode(layout: MemoryLayout, rip: bigint, registers: Registers, cr3: bigint): EntryState {
  return {
    mode: 'long64',
    rip,
    registers,
    cr0: cr0.pe + cr0.mp + cr0.et + cr0.ne + cr0.wp + cr0.pg,
    cr3,
    cr4: cr4.pae | cr4.osfxsr | cr4.osxmmexcpt,
    efer: efer.lme | efer.nxe,
    gdt: placeGdt(layout, flatCode64, false),
  }
}

/** Takes memory for a stack, zeroes it and answers its end. */
export function addStack(layout: MemoryLayout, size: number): bigint {
  const what = 'stack'
  const at = layout.place({ what, size, alignment: 16, prefer: 'low' })
  layout.write(what, at, new Uint8Array(), size)
  return at + BigInt(size)
}

function placeGdt(layout: MemoryLayout, code: bigint, task: boolean): EntryGdt {
  const descriptors = [0n, 0n, code, flatData, ...(task ? [task32] : [])]
  const bytes = new Uint8Array(descriptors.length * 8)
  const view = new DataView(bytes.buffer)
  descriptors.forEach((descriptor, index) => {
    view.setBigUint64(index * 8, descriptor, true)
  })
  return {
    base: layout.add('descriptor table', bytes, 8, 'low'),
    limit: bytes.length - 1,
    code: codeSelector,
    data: dataSelector,
    task: task ? taskSelector : 0,
  }
}
