/** Facts that several groups of rows share. */
export const arithmeticFlags = { writes: 'oszapc' } as const
export const logicFlags = { writes: 'oszapc', undefined: 'a' } as const
/** CPL above IOPL, or virtual-8086 mode: the I/O permission bitmap decides. */
export const ports = { faults: ['#GP(0) where IOPL and the I/O bitmap forbid it'] } as const
