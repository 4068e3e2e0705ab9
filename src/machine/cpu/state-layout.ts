/**
 * Where everything stands in the machine's one linear memory: CPU state first, then tables, then guest RAM.
 * Offsets are bytes. A register field of a micro-op is a byte's address, so the file lies below 256.
 */
export const state = {
  /** RAX to R15, 8 bytes each. */
  registers: 0x00,
  /** Reads as 0: the base or index of an address that has none. */
  zero: 0x80,
  /** Linear address of the page that the current micro-op was fetched from. */
  page: 0x88,
  /** ES, CS, SS, DS, FS, GS: linear bases. */
  segmentBases: 0x90,
  /** Reads as 4096. */
  onePage: 0xc0,
  rip: 0x100,
  /** SF is its sign, PF the parity of its low byte. */
  flagSign: 0x108,
  /** ZF: whether it is 0. */
  flagZero: 0x110,
  /** CF is bit 63, OF bit 63 ^ bit 62, AF bit 3. */
  flagCarries: 0x118,
  /** i32: RFLAGS without the six arithmetic flags. */
  systemFlags: 0x120,
  /** i32: current privilege level. */
  cpl: 0x124,
  /** i32: 1 in 64-bit mode. */
  long: 0x128,
  /** i32: what is left of the budget when a run ends. */
  budget: 0x12c,
  /** i32: the micro-op to start with, or 0 for whatever RIP names. */
  entry: 0x130,
  /** i32: 0, or why a slow handler is not followed by the next micro-op. */
  interruption: 0x134,
  /** i64: bytes of RAM. */
  ramBytes: 0x138,
  cr0: 0x140,
  cr2: 0x148,
  cr3: 0x150,
  cr4: 0x158,
  efer: 0x160,
  gdtBase: 0x168,
  idtBase: 0x170,
  /** i32 each. */
  gdtLimit: 0x178,
  idtLimit: 0x17c,
  /** i32: selectors of ES to GS. */
  selectors: 0x180,
  /** i32 each: the exception that an instruction raises. */
  faultVector: 0x1a0,
  faultCode: 0x1a4,
  /** Places that are no plain byte of RAM: four of `placeBytes`. */
  places: 0x200,
} as const

/** Physical addresses of a place's first byte and of the first on the next page, bytes on the first. */
export const place = { bytes: 24, first: 0, second: 8, split: 16 } as const

/** Data TLB. `fast` is derived from `entries`, and all that a hit looks at. */
export const dataTlb = {
  count: 1024,
  /** i64 linear page | `valid`, i64 physical page | flags. */
  entries: 0x1_0000,
  entryBytes: 16,
  /** i64 read tag, i64 write tag, i32 what turns a linear address into an address of this memory. */
  fast: 0x2_0000,
  fastBytes: 32,
  readTag: 0,
  writeTag: 8,
  addend: 16,
} as const

export const tlbValid = 1n
/** Flags of the physical half of a TLB entry. */
export const tlbFlag = { writable: 1, user: 2, dirty: 4, global: 8, noExecute: 16, large: 32 } as const

/** Instruction TLB: i64 linear page or an odd number, i64 physical page | flags, i32 code map. */
export const codeTlb = { count: 256, entries: 0x3_0000, entryBytes: 32, map: 16 } as const

/** One i64 a physical page: a bit for each granule of 64 bytes that code was decoded from. */
export const granules = 0x10_0000
/** One byte a physical page: written since the last snapshot. */
export const dirtyPages = 0x80_0000
/** An i32 for each byte of a code page: the micro-op that begins there, or 0. The first map stays empty. */
export const codeMaps = { at: 0xa0_0000, bytes: 0x4000, count: 256 } as const
export const microOps = { at: 0xf0_0000, end: 0x1f0_0000 } as const

export const ramBase = 0x200_0000
export const pageBytes = 4096
