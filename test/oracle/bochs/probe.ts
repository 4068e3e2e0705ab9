import type { Piece } from './descriptors.ts'
import type { StateName } from './states.ts'

/** One question to a processor: code that runs in a state, and what the handlers then see. */
export interface Probe {
  readonly name: string
  readonly state: StateName
  /**
   * NASM, lines parted by `;` or newlines. Behind it stands `.end: ud2`, which ends the probe with one more
   * record. All of `layout.ts` is known by name.
   */
  readonly code: string
  /** What differs in RAM from what the state puts there. */
  readonly memory?: readonly Piece[]
  /** Instead of the state's. */
  readonly flags?: number
  readonly cr0?: number
  readonly cr3?: number
  readonly cr4?: number
  readonly efer?: number
  readonly ldtr?: number
  readonly gdtLimit?: number
  readonly idtLimit?: number
  /** Ends after so many records; before, handlers return to where they came from. Default 1. */
  readonly events?: number
  /** Linear addresses of quadwords to show with the last record. */
  readonly watch?: readonly number[]
  /** Bits of what the processor pushes, where gates are not those of the state. */
  readonly frame?: 16
  readonly model?: BochsModel
  /** Where Bochs is wrong or differs from our model of a processor: what is right, and who says so. */
  readonly instead?: { readonly expect: readonly string[]; readonly because: string }
}

export interface ProbeGroup {
  readonly name: string
  /** Sections of Intel's manual, Volume 3A unless it says otherwise. */
  readonly manual: string
  readonly probes: readonly Probe[]
}

/** Skylake-X has no UMIP and no protection keys, Ice Lake has. Haswell stores FDP with every operand. */
export type BochsModel = 'corei7_skylake_x' | 'corei7_icelake_u' | 'corei7_haswell_4770'
export const usualModel: BochsModel = 'corei7_skylake_x'
