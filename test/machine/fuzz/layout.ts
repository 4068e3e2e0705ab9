/** Where a fuzzed program finds everything, as physical addresses. All of it is mapped one to one. */
export const at = {
  /** The real-mode interrupt table; any other mode has data there. */
  vectors: 0x0000,
  gdt: 0x1000,
  idt: 0x2000,
  tss: 0x3000,
  otherTss: 0x4000,
  ldt: 0x5000,
  handlers: 0x6000,
  /** Page tables, from the top: of five levels, then those of 32-bit paging. */
  pml5: 0x8000,
  pml4: 0x9000,
  pdpt: 0xa000,
  /** The four entries of PAE. */
  pdptes: 0xafe0,
  directory: 0xb000,
  table: 0xc000,
  legacyDirectory: 0xd000,
  legacyTable: 0xe000,
  code: 0x1_0000,
  data: 0x1_4000,
  /** Tops of stacks of privilege level 0 and 3. */
  stack0: 0x1_a000,
  stack3: 0x1_c000,
} as const

/** 16-bit code, data and stacks have this base, so that 64 KiB hold all three. */
export const base16 = 0x1_0000

export const codeBytes = 0x3000
export const dataBytes = 0x4000
export const ramBytes = 0x10_0000

/** Registers of a chip, in the hole below 1 MiB and far above RAM. */
export const chipAt = { low: 0xa_0000, high: 0xfec0_0000, bytes: 0x1000 } as const

export const port = { systemControl: 0x92, exit: 0xf4 } as const

/** The GDT as every program begins with it, before some of it is spoilt. */
export const selector = {
  code32: 0x08,
  data32: 0x10,
  code64: 0x18,
  code16: 0x20,
  data16: 0x28,
  userCode32: 0x33,
  userData32: 0x3b,
  userCode64: 0x43,
  userCode16: 0x4b,
  userData16: 0x53,
  task: 0x58,
  otherTask: 0x68,
  ldt: 0x78,
  /** From here on random descriptors. */
  random: 0x90,
} as const
export const gdtEntries = 48
