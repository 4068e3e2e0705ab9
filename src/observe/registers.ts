import type { X87 } from './x87.ts'

/** One CPU's registers, named as in the manual. Hidden parts of the segments are included. */
export interface Registers {
  readonly rax: bigint
  readonly rbx: bigint
  readonly rcx: bigint
  readonly rdx: bigint
  readonly rsi: bigint
  readonly rdi: bigint
  readonly rbp: bigint
  readonly rsp: bigint
  readonly r8: bigint
  readonly r9: bigint
  readonly r10: bigint
  readonly r11: bigint
  readonly r12: bigint
  readonly r13: bigint
  readonly r14: bigint
  readonly r15: bigint
  readonly rip: bigint
  readonly rflags: bigint
  readonly cr0: bigint
  readonly cr2: bigint
  readonly cr3: bigint
  readonly cr4: bigint
  readonly efer: bigint
  /**
   * The four entries that PAE paging begins with, as they were loaded with CR3 (SDM vol. 3 §4.4.1). Null
   * outside of PAE paging, and on QEMU, which reads them from memory each time.
   */
  readonly pdptes: readonly bigint[] | null
  readonly cs: Segment
  readonly ss: Segment
  readonly ds: Segment
  readonly es: Segment
  readonly fs: Segment
  readonly gs: Segment
  readonly ldtr: Segment
  readonly tr: Segment
  readonly gdtr: TableRegister
  readonly idtr: TableRegister
  readonly x87: X87
  readonly mxcsr: number
  /** XMM0 to XMM15, 128 bits each. Outside of 64-bit code QEMU shows no XMM8 to XMM15: they are 0 then. */
  readonly xmm: readonly bigint[]
  /** Current privilege level, 0–3. */
  readonly cpl: number
  /** The CPU executed HLT and has not been woken. */
  readonly halted: boolean
}

export interface Segment {
  readonly selector: number
  readonly base: bigint
  readonly limit: number
  /**
   * Bits 8–15 and 20–23 of the descriptor's second doubleword, in place (SDM vol. 3 §3.4.5); all others are
   * 0.
   */
  readonly attributes: number
}

export interface TableRegister {
  readonly base: bigint
  readonly limit: number
}
