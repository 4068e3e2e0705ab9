import type { Feature } from '../table/features.ts'
import type { OpcodeMap, Row } from '../table/row.ts'
import { rows } from '../table/rows.ts'
import { isSystemMove, type Plan, planOf } from './plan.ts'

/** What follows an opcode: nothing, ModRM, or a ModRM whose `mod` is ignored. */
export const follows = { nothing: 0, modrm: 1, registers: 2 } as const

/** The rows of one opcode map, by opcode; those with ModRM also by `reg` and by whether it names memory. */
export class Slots {
  readonly follows = new Uint8Array(256)
  readonly #rows: Row[][] = []
  /** By opcode and form, worked out when they are first asked for: a guest has few of all opcodes. */
  readonly #plans: (readonly Plan[])[][] = []

  constructor(known: readonly Row[]) {
    for (const row of known) {
      for (let opcode = row.opcode; opcode < row.opcode + row.span; opcode++) {
        if (row.modrm) this.follows[opcode] = isSystemMove(row) ? follows.registers : follows.modrm
        const others = this.#rows[opcode]
        if (others) others.push(row)
        else this.#rows[opcode] = [row]
      }
    }
  }

  /** In the table's order. */
  plansOf(opcode: number, register: number, isMemory: boolean): readonly Plan[] {
    const form = ((register & 7) << 1) | (isMemory ? 1 : 0)
    const known = this.#plans[opcode]?.[form]
    if (known) return known
    const plans = this.#find(opcode, register & 7, isMemory)
    const ofOpcode = this.#plans[opcode] ?? []
    ofOpcode[form] = plans
    this.#plans[opcode] = ofOpcode
    return plans
  }

  #find(opcode: number, register: number, isMemory: boolean): Plan[] {
    const other = isMemory ? 'register' : 'memory'
    const found = this.#rows[opcode]?.filter(({ extension, facts }) => {
      return (extension === null || extension === register) && facts.form !== other
    })
    return (found ?? []).map(planOf)
  }
}

/** The opcode maps of one width and model; each is made when it is first asked for. */
export class OpcodeMaps {
  readonly #rows: readonly Row[]
  readonly #slots = new Map<OpcodeMap, Slots>()

  constructor(long: boolean, features: ReadonlySet<Feature>) {
    this.#rows = rows.filter(({ facts: { only, cpuid } }) => {
      return (!only || (only === 'long') === long) && (!cpuid || features.has(cpuid))
    })
  }

  of(map: OpcodeMap): Slots {
    const known = this.#slots.get(map)
    if (known) return known
    const slots = new Slots(this.#rows.filter((row) => row.map === map))
    this.#slots.set(map, slots)
    return slots
  }
}

/** By what the model claims; for 64-bit code and for other code. */
const known = new WeakMap<ReadonlySet<Feature>, Map<boolean, OpcodeMaps>>()

/** The maps for 64-bit code, or for other code, of a model that claims `features`. */
export function opcodeMaps(long: boolean, features: ReadonlySet<Feature>): OpcodeMaps {
  const ofModel = known.get(features) ?? new Map<boolean, OpcodeMaps>()
  known.set(features, ofModel)
  const maps = ofModel.get(long) ?? new OpcodeMaps(long, features)
  ofModel.set(long, maps)
  return maps
}
