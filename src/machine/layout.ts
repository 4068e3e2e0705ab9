/** I/O ports of a PC. */
export const ports = {
  com1: { first: 0x3f8, count: 8 },
  com2: { first: 0x2f8, count: 8 },
  com3: { first: 0x3e8, count: 8 },
  com4: { first: 0x2e8, count: 8 },
  keyboardController: { first: 0x60, count: 5 },
  systemControl: { first: 0x92, count: 1 },
  resetControl: { first: 0xcf9, count: 1 },
} as const

/**
 * What things take besides the unit that does them, in ticks of the clock. An access to a port, or to memory
 * where a chip or nothing is, takes about a microsecond, as on the ISA bus: a guest that polls a device sees
 * time pass. So does a fault or an interrupt, as on processors of this age: a guest that does nothing else
 * gets to its limit.
 */
export const charges = { port: 1000, chip: 1000, event: 1000 } as const

/** VGA mode 3 as a BIOS leaves it. Each cell is a code and an attribute. */
export const textMemory = { at: 0xb8000, bytes: 0x8000, columns: 80, rows: 25, blank: 0x0720 } as const
