/**
 * Bits of an access. `system`: the CPU's own, to its tables, with supervisor rights at any CPL and never
 * opened by AC (SDM volume 3, 4.6). `fetch` is the walker's. `aligned`: #GP(0) unless aligned to its size.
 * `anywhere`: never #AC.
 */
export const accessBit = { write: 1, stack: 2, system: 4, fetch: 8, aligned: 16, anywhere: 32 } as const

/** Answers of `resolve` that are no address: nothing, or a place to look up in the state. */
export const resolved = { fault: -1, far: -2 } as const
