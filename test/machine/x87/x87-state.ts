import { state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { type Answer, dataAt, execute, type ModeName } from '../control/processor.ts'

/** CR0.NE: exceptions of x87 are #MF. */
const ne = 0x20n

interface Start {
  readonly code: string
  readonly mode?: ModeName
  readonly set?: (cpu: CpuState) => void
}

/** Runs it in a processor with CR0.NE; rbx points to data. */
export function runX87({ code, mode = 'prot32', set }: Start): Answer {
  return execute({
    mode,
    code,
    general: { rbx: dataAt },
    set: (cpu) => {
      cpu.setU64(state.cr0, cpu.u64(state.cr0) | ne)
      set?.(cpu)
    },
  })
}

/** ST(0) to ST(7), `empty` or as sign and exponent, then significand. */
export function stackOf({ state: cpu }: Answer): string[] {
  const top = (cpu.u32(state.x87Status) >> 11) & 7
  return Array.from({ length: 8 }, (_, index) => {
    const number = (top + index) & 7
    if (((cpu.u32(state.x87Full) >> number) & 1) === 0) return 'empty'
    const at = state.x87 + 16 * number
    return `${hex(cpu.u64(at + 8) & 0xffffn, 4)} ${hex(cpu.u64(at), 16)}`
  })
}

export const statusOf = ({ state: cpu }: Answer): string => hex(cpu.u32(state.x87Status), 4)

const hex = (value: bigint | number, digits: number) => value.toString(16).padStart(digits, '0')
