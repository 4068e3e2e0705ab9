import type { Mode } from './interpreter/handler-numbers.ts'
import { rights, segment, state } from './state-layout.ts'
import type { CpuState, SegmentCache } from './system/cpu-state.ts'

const wholeSpace = 0xffff_ffff
const allOffsets = 0xffff_ffffn

const flatData = rights.code | rights.writable | rights.expandDown
const flatCode = rights.code | rights.readable | rights.big

/** What flat segments look like: bits that matter, and their values. */
const flatRights = [
  [segment.cs, flatCode, flatCode],
  [segment.ss, flatData | rights.big, rights.writable | rights.big],
  [segment.ds, flatData, rights.writable],
  [segment.es, flatData, rights.writable],
] as const

type ContextOf = (mode: Mode, codeBase: bigint, codeLimit: number) => number

/**
 * What the core looks at instead of mode bits and segment registers: how offsets become addresses, and which
 * interpreter runs. Worked out anew after everything that can change it.
 */
export class DerivedState {
  readonly #state: CpuState
  readonly #contextOf: ContextOf
  #mode: Mode = 'seg16'

  constructor(cpu: CpuState, contextOf: ContextOf) {
    this.#state = cpu
    this.#contextOf = contextOf
    for (const bytes of [2, 4, 8]) {
      cpu.setU64(state.addressMasks + 8 * bytes, (1n << BigInt(8 * bytes)) - 1n)
    }
  }

  get mode(): Mode {
    return this.#mode
  }

  /** True when other code than before has to run: another mode, or another base or limit of CS. */
  refresh(): boolean {
    const cpu = this.#state
    const mode = this.#modeNow()
    const codeBase = mode === 'long64' ? 0n : cpu.u64(state.segmentBases + 8 * segment.cs)
    const context = this.#contextOf(mode, codeBase, cpu.u32(state.segmentLimits + 4 * segment.cs))
    const changed = mode !== this.#mode || context !== cpu.u32(state.codeContext)
    this.#mode = mode
    cpu.setU32(state.long, mode === 'long64' ? 1 : 0)
    cpu.setU64(state.codeBase, codeBase)
    cpu.setU32(state.codeContext, context)
    cpu.setU64(state.fetchesAsUser, cpu.cpl === 3 ? 1n : 0n)
    if (mode === 'seg16' || mode === 'seg32') this.#setLimits()
    return changed
  }

  #modeNow(): Mode {
    const cpu = this.#state
    if (cpu.is64Bit) return 'long64'
    const isFlat =
      !cpu.hasParagraphs &&
      flatRights.every(([number, mask, value]) => {
        const allowed = cpu.u32(state.segmentRights + 4 * number) & (mask | rights.unusable)
        const isWhole = cpu.u32(state.segmentLimits + 4 * number) === wholeSpace
        return allowed === value && isWhole && cpu.u64(state.segmentBases + 8 * number) === 0n
      })
    if (isFlat) return 'flat32'
    return cpu.u32(state.segmentRights + 4 * segment.cs) & rights.big ? 'seg32' : 'seg16'
  }

  #setLimits(): void {
    const cpu = this.#state
    for (let number = segment.es; number <= segment.gs; number++) {
      const cache = cpu.segment(number)
      cpu.setU64(state.readLimits + 8 * number, limitFor(cache, isReadable(cache)))
      cpu.setU64(state.writeLimits + 8 * number, limitFor(cache, isWritable(cache)))
    }
    const stack = cpu.u32(state.segmentRights + 4 * segment.ss)
    cpu.setU64(state.stackMask, stack & rights.big ? allOffsets : 0xffffn)
  }
}

const isReadable = ({ rights: allowed }: SegmentCache) =>
  (allowed & (rights.code | rights.readable)) !== rights.code

const isWritable = ({ rights: allowed }: SegmentCache) =>
  (allowed & (rights.code | rights.writable)) === rights.writable

/** The last offset that one comparison can allow. */
function limitFor({ limit, rights: allowed }: SegmentCache, isAllowed: boolean): bigint {
  const expandsDown = (allowed & (rights.code | rights.expandDown)) === rights.expandDown
  const simple = isAllowed && !expandsDown && (allowed & rights.unusable) === 0
  return simple ? BigInt(limit) : -1n
}
