import { runRom } from './our-machine.ts'
import type { Prepared } from './suite.ts'

/** What our processor does: a probe that crashes us is a difference like any other. */
export function ours({ rom, probe, describe }: Prepared): readonly string[] {
  try {
    return describe(runRom(rom, probe.model))
  } catch (error) {
    return [String(error)]
  }
}
