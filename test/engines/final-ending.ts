import { expect } from 'vitest'
import type { Ending } from '../../src/observe/ending.ts'
import type { OpenMachine } from './open-machine.ts'

/** Runs a machine to its end, and closes it: how it ended outlives it, with screen and registers. */
export async function finalEnding({ machine, run }: OpenMachine): Promise<Ending | null> {
  const stop = await run()
  const { ending, screen, registers } = await machine.close()
  expect(stop).toEqual({ at: ending?.at, why: 'end', ending })
  expect(screen).not.toBeNull()
  expect(registers).not.toBeNull()
  return ending
}
