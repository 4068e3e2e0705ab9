/** Flag facts that several groups of rows share. */
export const arithmeticFlags = { writes: 'oszapc' } as const
export const logicFlags = { writes: 'oszapc', undefined: 'a' } as const
