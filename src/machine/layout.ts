/** I/O ports of a PC: which chip has them is told in machine-table.ts. */
export const ports = {
  dma: { first: 0x00, count: 16 },
  masterPic: { first: 0x20, count: 2 },
  pit: { first: 0x40, count: 4 },
  keyboardController: { first: 0x60, count: 5 },
  systemControlB: { first: 0x61, count: 1 },
  rtc: { first: 0x70, count: 4 },
  dmaPages: { first: 0x80, count: 16 },
  systemControl: { first: 0x92, count: 1 },
  slavePic: { first: 0xa0, count: 2 },
  wordDma: { first: 0xc0, count: 32 },
  coprocessorError: { first: 0xf0, count: 1 },
  edgeLevelControl: { first: 0x4d0, count: 2 },
  com1: { first: 0x3f8, count: 8 },
  com2: { first: 0x2f8, count: 8 },
  /** The VGA's, but for 3BCh to 3BFh: a parallel port may be there. */
  vgaMonochrome: { first: 0x3b0, count: 12 },
  vga: { first: 0x3c0, count: 32 },
  /** Bochs' VBE registers: a word at the first, and one that overlaps it at the second. */
  vbe: { first: 0x1ce, count: 3 },
  com3: { first: 0x3e8, count: 8 },
  /** All but 3F6h, which is the primary IDE channel's, and 3F7h, where reading is shared with it. */
  floppy: { first: 0x3f0, count: 6 },
  floppyInput: { first: 0x3f7, count: 1 },
  com4: { first: 0x2e8, count: 8 },
  powerManagement: { first: 0x600, count: 64 },
  firmwareTrap: { first: 0xb8, count: 1 },
  fwCfg: { first: 0x510, count: 2 },
  pvpanic: { first: 0x505, count: 1 },
  pci: { first: 0xcf8, count: 8 },
  resetControl: { first: 0xcf9, count: 1 },
  shutdown: { first: 0x8900, count: 1 },
  oldPower: { first: 0xb004, count: 2 },
} as const

/** The processor's local APIC, unless its base register moves it. */
export const apicMemory = { first: 0xfee0_0000, count: 0x1000 } as const

/** SLP_TYP of soft off: what ACPI's tables say and the power management function knows. */
export const softOff = 0

/** Inputs of the pair of interrupt controllers. */
export const irq = {
  timer: 0,
  keyboard: 1,
  cascade: 2,
  serialB: 3,
  serialA: 4,
  floppy: 6,
  clock: 8,
  power: 9,
  mouse: 12,
  coprocessor: 13,
  primaryIde: 14,
  secondaryIde: 15,
} as const

/** The channel of the DMA controllers that the floppy controller asks at. */
export const floppyDmaChannel = 2

/** Where the real-time clock begins, the same in every run, unless somebody wants another time. */
export const usualStartTime = { year: 2020, month: 1, day: 1, hour: 12, minute: 0, second: 0 } as const

/** VGA mode 3 as a BIOS leaves it. Each cell is a code and an attribute. */
export const textMemory = { at: 0xb8000, bytes: 0x8000, columns: 80, rows: 25, blank: 0x0720 } as const

/** Memory of the VGA for modes of VBE: what its base address register has room for. */
export const videoMemoryBytes = 2 ** 24
