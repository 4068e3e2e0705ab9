/** I/O ports of a PC. */
export const ports = {
  com1: { first: 0x3f8, count: 8 },
} as const
