import type { Feature } from '../table/features.ts'
import type { OpcodeMap, Row } from '../table/row.ts'
import { rows } from '../table/rows.ts'
import { isSystemMove, type Plan, planOf } from './plan.ts'

/** What follows an opcode: nothing, ModRM, or a ModRM whose `mod` is ignored. */
export const follows = { nothing: 0, modrm: 1, registers: 2 } as const

/** The rows of one opcode map, by opcode; those with ModRM also by `reg` and by whether it names memory. */
export interface Slots {
  readonly follows: Uint8Array
  /** At `slotOf(opcode, reg, isMemory)`, in the table's order. */
  readonly plans: readonly (readonly Plan[])[]
}

export function slotOf(opcode: number, reg: number, isMemory: boolean): number {
  return (opcode << 4) | ((reg & 7) << 1) | (isMemory ? 1 : 0)
}

const maps = ['one', '0f', '0f38', '0f3a'] as const

/** The maps for 64-bit code, or for other code, of a model that claims `features`. */
export function buildSlots(
  long: boolean,
  features: ReadonlySet<Feature>,
): Readonly<Record<OpcodeMap, Slots>> {
  const known = rows.filter(({ facts: { only, cpuid } }) => {
    return (!only || (only === 'long') === long) && (!cpuid || features.has(cpuid))
  })
  return Object.fromEntries(
    maps.map((map) => [map, mapOf(known.filter((row) => row.map === map))]),
  ) as Record<OpcodeMap, Slots>
}

function mapOf(known: readonly Row[]): Slots {
  const slots: Plan[][] = Array.from({ length: slotOf(256, 0, false) }, () => [])
  const follow = new Uint8Array(256)
  for (const row of known) {
    const plan = planOf(row)
    for (let opcode = row.opcode; opcode < row.opcode + row.span; opcode++) {
      if (row.modrm) follow[opcode] = isSystemMove(row) ? follows.registers : follows.modrm
      for (let reg = 0; reg < 8; reg++) {
        if (row.extension !== null && row.extension !== reg) continue
        if (row.facts.form !== 'memory') slots[slotOf(opcode, reg, false)]?.push(plan)
        if (row.facts.form !== 'register') slots[slotOf(opcode, reg, true)]?.push(plan)
      }
    }
  }
  return { follows: follow, plans: slots }
}
