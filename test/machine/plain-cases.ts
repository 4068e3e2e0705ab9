import { expect } from 'vitest'
import type { CpuState } from '../../src/machine/cpu/system/cpu-state.ts'
import type { ModeName } from './control/processor.ts'
import { BothPaths, numbers, pick, type Random } from './plain-path.ts'

/** Puts anything random into the state that code begins with. */
export type Setting = (cpu: CpuState, next: Random) => void

/** Code, the modes that it makes sense in, and the states that are worth trying. */
export type PlainCase = [code: string, modes: readonly ModeName[], set: Setting]

/**
 * Runs a case from so many random states on both paths, which have to end alike. `anyState`: what all cases
 * of a test have in common. Answers in how many rounds WebAssembly has done all of it.
 */
export function comparePaths(rounds: number, anyState: Setting, [code, modes, set]: PlainCase): number {
  const paths = new BothPaths()
  const next = numbers(1n)
  let plain = 0
  for (let round = 0; round < rounds; round++) {
    const seed = next()
    const setAll = (cpu: CpuState) => {
      const own = numbers(seed)
      anyState(cpu, own)
      set(cpu, own)
    }
    const mode = pick(next, modes)
    const { isPlain, differences } = paths.run({ mode, code, set: setAll })
    expect([round, mode, differences]).toEqual([round, mode, []])
    if (isPlain) plain++
  }
  return plain
}
