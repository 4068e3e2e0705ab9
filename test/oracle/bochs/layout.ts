/**
 * Where a probe finds everything: linear addresses, selectors and the ROM's header. NASM gets them by name.
 */
export const address = {
  gdt: 0x1000,
  ldt: 0x1800,
  idt: 0x2000,
  /** The current task, and one to switch to; #DF may have a task of its own. */
  tss: 0x3000,
  other_tss: 0x4000,
  fault_tss: 0x5000,
  /** What the handlers write before they send it. */
  record: 0x6000,
  /** Two pages for data, apart from all else. */
  data: 0xc000,
  data2: 0xd000,
  /** Where a probe's code is copied to. */
  code: 0x1_0000,
  pml4: 0x2_0000,
  pdpt: 0x2_1000,
  directory: 0x2_2000,
  table: 0x2_3000,
  /** Of PAE: four entries that have no R/W and U/S. */
  pae_pdpt: 0x2_4000,
  legacy_directory: 0x2_5000,
  legacy_table: 0x2_6000,
  /** A way of its own to the `data` page, for probes to spoil. */
  test_pdpt: 0x2_8000,
  test_directory: 0x2_9000,
  test_table: 0x2_a000,
  rom: 0xf_0000,
} as const

/** Tops of stacks, each of them the end of a page. */
export const stackTop = { stack0: 0x9000, ist1: 0xa000, stack3: 0xb000, stack1: 0xc000 } as const

/** First linear address of the region that `test_pdpt` and the tables below it map. */
export const testRegion = { long: 0x80_0000_0000n, pae: 0x4000_0000n, legacy: 0x40_0000n } as const

export const selector = {
  code32: 0x08,
  data32: 0x10,
  code64: 0x18,
  code16: 0x20,
  data16: 0x28,
  user_code32: 0x33,
  user_data32: 0x3b,
  user_code64: 0x43,
  user_code16: 0x4b,
  main_task: 0x50,
  other_task: 0x60,
  fault_task: 0x70,
  ldt_selector: 0x80,
  code1: 0x91,
  data1: 0x99,
  user_data16: 0xa3,
  /** The ROM as 32-bit code from 0 on, for gates with 16-bit offsets. */
  rom32: 0xa8,
  /** From here on a probe defines its own. */
  own: 0xc0,
} as const

/** Handlers in the ROM, each of them for as many vectors; behind them what ends a probe. */
export const stubCount = 0x30
export const stub = {
  16: (vector: number) => address.rom + 16 * vector,
  32: (vector: number) => address.rom + 0x400 + 16 * vector,
  64: (vector: number) => address.rom + 0x800 + 16 * vector,
} as const
export const endEntry = { 32: address.rom + 0xc00, 64: address.rom + 0xc10 } as const

export const gdtLimit = 0x1ff

/** Bytes of the ROM. The header says how to begin; the pieces behind it are copied to RAM. */
export const romBytes = 0x1_0000
export const header = {
  at: 0x4000,
  kind: 0x00,
  gdtr: 0x04,
  idtr: 0x0c,
  cr0: 0x18,
  cr3: 0x1c,
  cr4: 0x20,
  efer: 0x24,
  ldtr: 0x28,
  tr: 0x2a,
  /** DS, ES, FS, GS, 16 bits each. */
  segments: 0x2c,
  maxEvents: 0x34,
  ss: 0x38,
  sp: 0x40,
  flags: 0x48,
  ip: 0x50,
  cs: 0x58,
  /** 32-bit offset and selector. */
  farEntry: 0x60,
  farStack: 0x68,
  /** ES, DS, FS, GS of virtual-8086 mode, 32 bits each. */
  v86Segments: 0x70,
  /** RAX to R15. */
  registers: 0x80,
  watchCount: 0x100,
  watches: 0x104,
} as const
export const piecesAt = 0x4200
export const maxWatches = 8

export const kinds = { real: 0, kernel: 1, user: 2, long: 3 } as const

/** The INT that ends a probe from any privilege level. */
export const endVector = 0xf0

/** Quadwords of a record, in the order of their sending. Registers are RAX to R15. */
export const field = {
  width: 0,
  vector: 1,
  sp: 2,
  ss: 3,
  cs: 4,
  flags: 5,
  registers: 6,
  es: 22,
  ds: 23,
  fs: 24,
  gs: 25,
  cr0: 26,
  cr2: 27,
  cr3: 28,
  cr4: 29,
  efer: 30,
  dr6: 31,
  dr7: 32,
  tr: 33,
  ldtr: 34,
  stack: 35,
  watches: 47,
  count: 55,
} as const

/** The same as definitions for NASM. */
export function nasmDefinitions(): string {
  const lines = (prefix: string, values: Readonly<Record<string, number | bigint>>) =>
    Object.entries(values).map(([name, value]) => `%define ${prefix}${name} 0x${value.toString(16)}`)
  return [
    ...lines('', address),
    ...lines('', stackTop),
    ...lines('', selector),
    ...lines('test_region_', testRegion),
    ...lines('header_', header),
    ...lines('kind_', kinds),
    ...lines('field_', field),
    `%define stub_count ${stubCount}`,
    `%define pieces ${piecesAt}`,
    `%define end_vector ${endVector}`,
    '',
  ].join('\n')
}
