/** Bits of RFLAGS (SDM volume 1, 3.4.3). */
export const flagBit = {
  carry: 1,
  parity: 4,
  auxiliary: 0x10,
  zero: 0x40,
  sign: 0x80,
  trap: 0x100,
  interrupt: 0x200,
  direction: 0x400,
  overflow: 0x800,
  ioplMask: 0x3000,
  nestedTask: 0x4000,
  resume: 0x1_0000,
  virtual8086: 0x2_0000,
  alignmentCheck: 0x4_0000,
  virtualInterrupt: 0x8_0000,
  virtualInterruptPending: 0x10_0000,
  id: 0x20_0000,
} as const

/** Bits of CR0 (SDM volume 3, 2.5). */
export const cr0Bit = {
  pe: 1,
  mp: 2,
  em: 4,
  ts: 8,
  et: 0x10,
  ne: 0x20,
  wp: 0x1_0000,
  am: 0x4_0000,
  nw: 0x2000_0000,
  cd: 0x4000_0000,
  pg: 0x8000_0000,
} as const

/** Bits of CR4 (SDM volume 3, 2.5). */
export const cr4Bit = {
  vme: 1,
  pvi: 2,
  tsd: 4,
  de: 8,
  pse: 0x10,
  pae: 0x20,
  mce: 0x40,
  pge: 0x80,
  pce: 0x100,
  osfxsr: 0x200,
  osxmmexcpt: 0x400,
  umip: 0x800,
  la57: 0x1000,
  fsgsbase: 0x1_0000,
  pcide: 0x2_0000,
  osxsave: 0x4_0000,
  smep: 0x10_0000,
  smap: 0x20_0000,
  pke: 0x40_0000,
} as const

/** Bits of IA32_EFER (SDM volume 3, 2.2.1). */
export const eferBit = { sce: 1, lme: 0x100, lma: 0x400, nxe: 0x800 } as const

/** Bits of the x87 status word (SDM volume 1, 8.1.3); exceptions are `flag` in float/formats.ts. */
export const x87StatusBit = {
  stackFault: 0x40,
  /** An exception is unmasked; so is bit 15, B. */
  summary: 0x80,
  busy: 0x8000,
  c0: 0x100,
  c1: 0x200,
  c2: 0x400,
  c3: 0x4000,
  top: 0x3800,
} as const

/** CF, PF, AF, ZF, SF and OF. */
export const arithmeticFlags = 0x8d5

/** All flags that there are (SDM volume 1, 3.4.3). */
export const definedFlags = 0x3f_7fd5

/** What SYSRET takes from R11: all but RF and VM, and bit 1 (SDM volume 2, SYSRET). */
export const sysretFlags = 0x3c_7fd7
