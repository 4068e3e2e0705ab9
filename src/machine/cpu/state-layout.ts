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
  /** i32: selectors of ES to GS, then of LDTR and TR: see `segment`. */
  selectors: 0x180,
  /** i32 each: the exception that an instruction raises. */
  faultVector: 0x1a0,
  faultCode: 0x1a4,
  /** i32: 1 where the last unit was an iteration of a repeated instruction that has more to do. */
  midway: 0x1a8,
  /** i32: bytes from the first bank of fast TLB tags to the one in use. Derived. */
  bank: 0x1ac,
  /** i32: interrupt shadow until the next instruction is done: 0, or `shadow`. */
  shadow: 0x1b0,
  /** i32: bits of DR6 for the #DB trap that the instruction at hand ends with. */
  pendingDebug: 0x1b4,
  /** i32: 1 until IRET. */
  nmiBlocked: 0x1b8,
  /** i32: `activity`. */
  activity: 0x1bc,
  /** i64: units done before the run of the core at hand. */
  units: 0x1c0,
  /** i32: what the run of the core at hand was given. */
  slice: 0x1c8,
  /** i32: `unarmed`, what keeps every access out of the fast TLB. Derived. */
  unarmed: 0x1cc,
  /** i32: 0 while A20 is masked. */
  a20: 0x1d0,
  /** i32: `pending`, bits of what waits for an instruction boundary. */
  pending: 0x1d4,
  /** i64: base of CS where offsets have one: 0 in 64-bit mode. Derived. */
  codeBase: 0x1d8,
  /** i32: what decoded code belongs to besides its page: mode, base and limit of CS. Derived. */
  codeContext: 0x1e0,
  /** i64: 1 at CPL 3: part of instruction TLB tags. Derived. */
  fetchesAsUser: 0x1e8,
  /** i64: where ROM begins, which ends at 4 GiB; i32: where its bytes are in this memory. */
  romBase: 0x1f0,
  romFrames: 0x1f8,
  /** i32: 1 while the TLBs may hold parts of large pages. */
  hasLargePages: 0x1fc,
  /** i32: bits of `optionalFeature` (table/features.ts): what this machine's model has beyond the usual. */
  optionalFeatures: 0x200,
  /** i32: 1 between MONITOR and MWAIT; i64: the line's linear address; its 64 bytes as they were. */
  monitorArmed: 0x204,
  monitorLine: 0x208,
  monitorBytes: 0x210,
  /**
   * i64: linear address of an instruction that has been begun, or where a run began: to come back to it, or
   * to find it, is no arrival.
   */
  begun: 0x250,
  /** i32: limits in bytes of ES to GS, LDTR, TR: the last valid offset (expand-down: the last invalid). */
  segmentLimits: 0x280,
  /** i32: access rights of ES to GS, LDTR, TR, as `rights`. */
  segmentRights: 0x2a0,
  /** i64: bases of LDTR and TR. */
  systemBases: 0x2c0,
  xcr0: 0x2d0,
  /** i32: CR8. */
  taskPriority: 0x2d8,
  /** i64: DR0 to DR3, then DR6 and DR7. */
  dr0: 0x2e0,
  dr6: 0x300,
  dr7: 0x308,
  /** i64 each. FS and GS bases are those of the segments. */
  kernelGsBase: 0x310,
  star: 0x318,
  lstar: 0x320,
  cstar: 0x328,
  fmask: 0x330,
  sysenterCs: 0x338,
  sysenterEsp: 0x340,
  sysenterEip: 0x348,
  tscAux: 0x350,
  /** Added to the units done to make the time stamp counter. */
  tscOffset: 0x358,
  tscAdjust: 0x360,
  apicBase: 0x368,
  pat: 0x370,
  miscEnable: 0x378,
  debugControl: 0x380,
  pkru: 0x388,
  randomSeed: 0x390,
  /** IA32_MCG_STATUS. */
  machineCheckStatus: 0x398,
  /** i64: what PAE paging loaded with CR3 (SDM volume 3, 4.4.1). */
  pdptes: 0x3a0,
  /** i64: MTRRdefType, 11 fixed ranges, 8 variable pairs. */
  mtrrs: 0x400,
  /** Places that are no plain byte of RAM: `placeCount` of `place.bytes`; the last is TypeScript's. */
  places: 0x500,
  /** XMM0 to XMM15, 16 bytes each. */
  xmm: 0x800,
  /**
   * R0 to R7 of x87, 16 bytes each by their own numbers, not from the top: significand, then u16 sign and
   * exponent. MMi is the significand of Ri.
   */
  x87: 0x900,
  /** i32 each: MXCSR; control and status word of x87, TOP included; a bit for each of R0 to R7 not empty. */
  mxcsr: 0x980,
  x87Control: 0x984,
  x87Status: 0x988,
  x87Full: 0x98c,
  /** i64 each: where the last x87 instruction was, and its operand; i32: its opcode. */
  x87Instruction: 0x990,
  x87Operand: 0x998,
  x87Opcode: 0x9a0,
  /** i32: 1 while the machine has x87 ignore its exceptions (IGNNE#), which counts with CR0.NE clear. */
  numericErrorsIgnored: 0x9a4,
  /** i64 each: where memory of a device begins, and its bytes, 0 where it is nowhere; i32: as romFrames. */
  deviceBase: 0x9a8,
  deviceBytes: 0x9b0,
  deviceFrames: 0x9b8,
  /**
   * i64 each for ES to GS: the last offset that may be read or written as far as type and limit go, or -1
   * where that takes more than a comparison. Derived.
   */
  readLimits: 0xc00,
  writeLimits: 0xc30,
  /** i64: bits of rSP that a stack has. Derived. */
  stackMask: 0xc60,
  /** i64 at 8 times 2, 4 and 8: bits of addresses of so many bytes. Constant. */
  addressMasks: 0xc70,
  /** i32: a bit for each bank of the fast TLB that `disarmAll` has to empty: `allBanks` at first. Derived. */
  armedBanks: 0xcb8,
  /** i32: as `codeMode`. Derived. */
  codeMode: 0xcbc,
  /** i32: 1 while the core delivers exceptions where it can; else whoever runs it does. */
  delivers: 0xcc0,
  /** i32: 1 while RF ends with the instruction at hand; i32: units kept back until that is done. */
  resumed: 0xcc4,
  deferred: 0xcc8,
  /** i32: a shadow that nobody looks at, which ends unseen unless the core is left; i32: the budget then. */
  unseenShadow: 0xccc,
  unseenAt: 0xcd0,
  end: 0x1000,
} as const

/** Positions of segment registers in `selectors`, `segmentLimits` and `segmentRights`. */
export const segment = { es: 0, cs: 1, ss: 2, ds: 3, fs: 4, gs: 5, ldtr: 6, tr: 7 } as const

/**
 * Access rights: bits 8 to 15 of a descriptor's upper half at 0, bits 20 to 23 at 12; `unusable` after a null
 * selector was loaded.
 */
export const rights = {
  typeMask: 0xf,
  accessed: 1,
  writable: 2,
  readable: 2,
  expandDown: 4,
  conforming: 4,
  code: 8,
  nonSystem: 0x10,
  dplShift: 5,
  present: 0x80,
  available: 1 << 12,
  long: 1 << 13,
  big: 1 << 14,
  granular: 1 << 15,
  unusable: 1 << 16,
} as const

/** How code is run, see `Mode`: the last two by one interpreter. */
export const codeMode = { flat32: 0, long64: 1, seg16: 2, seg32: 3 } as const

/** `movSs` also holds debug traps back (SDM volume 3, 6.8.3). */
export const shadow = { sti: 1, movSs: 2 } as const

/** Value of `state.begun` while there is no such instruction: no address. */
export const noneBegun = -(1n << 63n)

export const activity = { running: 0, halted: 1, shutdown: 2, waitForSipi: 3 } as const

/** Bits of `state.pending`. */
export const pending = { interrupt: 1, nmi: 2, init: 4, sipi: 8 } as const

export const placeCount = 12

/** Physical addresses of a place's first byte and of the first on the next page, bytes on the first. */
export const place = { bytes: 24, first: 0, second: 8, split: 16 } as const

/** An i32 for each page below 1 MiB: the address in this memory of its frame, plus `frame`'s bit; or none. */
export const lowPages = 0x1000

/** What contexts of decoded code TypeScript has given: i64 base of CS, mode above it; i32 limit; i32. */
export const codeContexts = { at: 0x2000, count: 64, entryBytes: 16, key: 0, limit: 8, context: 12 } as const

/** Where code maps are, of the last frames and contexts: i32 each. TypeScript makes and forgets the maps. */
export const codeMapHints = { at: 0x4000, count: 1024, entryBytes: 16, frame: 0, context: 4, map: 8 } as const

/** A frame is a page of this memory that stands behind a physical one: RAM, or ROM behind the RAM. */
export const frame = { readOnly: 1, none: -1 } as const

/** Data TLB. `fast` is derived from `entries`, and all that a hit looks at. */
export const dataTlb = {
  count: 1024,
  /** i64 linear page | `valid`, i64 physical page | flags. */
  entries: 0x1_0000,
  entryBytes: 16,
  /**
   * Four banks, see `bank`: i64 read tag, i64 write tag, i32 what turns a linear address into an address of
   * this memory.
   */
  fast: 0x4_0000,
  fastBytes: 32,
  bankBytes: 0x8000,
  banks: 4,
  readTag: 0,
  writeTag: 8,
  addend: 16,
} as const

export const tlbValid = 1n
/**
 * Flags of the physical half of a TLB entry; above its address the protection key, and log2 of the page's
 * size.
 */
export const tlbFlag = { writable: 1, user: 2, dirty: 4, global: 8, noExecute: 16 } as const
export const tlbKeyShift = 52
export const tlbSizeShift = 56
/** The address in entries of page tables and of TLBs. */
export const addressMask = 0x000f_ffff_ffff_f000n

/** Banks of `dataTlb.fast`: who may use what is armed there. Nothing is ever armed in the last. */
export const bank = { supervisor: 0, user: 1, supervisorWithAc: 2, never: 3 } as const

/** Value of `state.armedBanks` while it is not known what the banks hold. */
export const allBanks = 15

/** Bits of `state.unarmed`. */
export const unarmed = { alignment: 1, breakpoints: 2 } as const

/**
 * Instruction TLB: i64 linear page | 1 at CPL 3, or -1; i64 physical page | flags. Then what is derived: i32
 * code map, i32 the context that it belongs to, or -1.
 */
export const codeTlb = { count: 256, entries: 0x3_0000, entryBytes: 32, map: 16, context: 20 } as const

/** One i64 a frame: a bit for each granule of 64 bytes that code was decoded from. */
export const granules = 0x10_0000
/** One byte a frame: written since the last snapshot. */
export const dirtyPages = 0x80_0000
/** An i32 for each byte of a code page: the micro-op that begins there, or 0. The first map stays empty. */
export const codeMaps = { at: 0xa0_0000, bytes: 0x4000, count: 256 } as const
export const microOps = { at: 0xf0_0000, end: 0x1f0_0000 } as const

export const ramBase = 0x200_0000
export const pageBytes = 4096
