import '../generated-core.ts'
import { rows } from '../../../src/machine/cpu/table/rows.ts'
import { Random } from '../../oracle/random.ts'
import { Coverage } from './coverage.ts'
import { type Ending, endings, FuzzMachine, type Progress, type Result } from './fuzz-machine.ts'
import { type Program, Programs } from './program.ts'

/** What programs gave. Parts can be added up in any order. */
export interface Totals {
  programs: number
  units: number
  /** Sums of the programs' hashes, modulo 2 ** 32 each. */
  low: number
  high: number
  readonly endings: Record<Ending, number>
  /** Runs that were repeated in another way, and had to give the same. */
  readonly repeated: Record<Variant, number>
  /** By row, of the programs that were stepped. */
  readonly retired: number[]
  readonly failures: string[]
}

/**
 * Ways to run a program that must not matter: in slices, stepped, saved and gone on with on another machine,
 * on a machine that has never run before.
 */
export type Variant = 'sliced' | 'stepped' | 'saved' | 'cold'

const repeatedEvery = 32
const coldEvery = 1024

/** Runs programs of a seed by their numbers, and adds up what they give. */
export class Fuzzer {
  readonly #seed: string
  readonly #programs: Programs
  readonly #coverage = new Coverage()
  #totals = emptyTotals()
  #machine = new FuzzMachine()
  #other = new FuzzMachine()

  constructor(seed: string) {
    this.#seed = seed
    this.#programs = new Programs(seed)
  }

  /** What was found since the last call. */
  take(): Totals {
    const totals = this.#totals
    this.#totals = emptyTotals()
    this.#coverage.take().forEach((count, row) => {
      totals.retired[row] = count
    })
    return totals
  }

  /** Runs one program, and again in other ways when it is its turn. */
  attempt(number: number): void {
    const { failures } = this.#totals
    try {
      const program = this.#programs.make(number)
      const result = this.#runWhole(program)
      this.#count(result)
      for (const variant of variantsOf(number)) {
        const again = this.#runAs(variant, program)
        this.#totals.repeated[variant]++
        const difference = differenceOf(result, again)
        if (difference) failures.push(`program ${number}, ${program.name}, ${variant}: ${difference}`)
      }
    } catch (error) {
      failures.push(`program ${number}: ${error instanceof Error ? error.stack : error}`)
      this.#machine = new FuzzMachine()
      this.#other = new FuzzMachine()
    }
  }

  #runWhole(program: Program): Result {
    this.#machine.load(program, this.#programs)
    return this.#machine.result(this.#machine.run(program))
  }

  #runAs(variant: Variant, program: Program): Result {
    const random = new Random(`${this.#seed} ${variant} ${program.number}`)
    const machine = variant === 'cold' ? new FuzzMachine() : this.#machine
    machine.load(program, this.#programs)
    switch (variant) {
      case 'sliced':
        return machine.result(runSliced(machine, program, random))
      case 'stepped':
        return machine.result(this.#coverage.run(machine, program))
      case 'saved':
        return this.#runSaved(machine, program, random)
      case 'cold':
        return machine.result(machine.run(program))
    }
  }

  /** Goes from one machine to the other several times. */
  #runSaved(machine: FuzzMachine, program: Program, random: Random): Result {
    const progress: Progress = { done: 0, signals: 0, ending: null }
    const second = this.#other
    second.load(program, this.#programs)
    let [here, there] = [machine, second]
    for (let moves = 0; progress.ending === null; moves++) {
      here.advance(program, progress, moves < 4 ? random.below(program.budget) : Number.POSITIVE_INFINITY)
      if (progress.ending !== null) break
      there.restore(here.save())
      ;[here, there] = [there, here]
    }
    return here.result(progress)
  }

  #count({ ending, units, hash: [low, high] }: Result): void {
    const totals = this.#totals
    totals.programs++
    totals.units += units
    totals.low = (totals.low + low) >>> 0
    totals.high = (totals.high + high) >>> 0
    totals.endings[ending]++
  }
}

/** Of 32 programs of a kind one is stepped, another sliced, another saved. */
function variantsOf(number: number): readonly Variant[] {
  const variants: Variant[] = []
  const turn = Math.floor(number / 2) % repeatedEvery
  if (turn === 0) variants.push('stepped')
  if (turn === 1) variants.push('sliced')
  if (turn === 2) variants.push('saved')
  if (number % coldEvery === 0) variants.push('cold')
  return variants
}

function runSliced(machine: FuzzMachine, program: Program, random: Random): Progress {
  const progress: Progress = { done: 0, signals: 0, ending: null }
  const most = random.pick([2, 7, 50, 1000])
  while (progress.ending === null) machine.advance(program, progress, 1 + random.below(most))
  return progress
}

function differenceOf(one: Result, other: Result): string | null {
  const shown = ({ ending, units, hash }: Result) =>
    `${ending} after ${units} units, ${hash.map((half) => half.toString(16)).join(' ')}`
  return shown(one) === shown(other) ? null : `${shown(other)} instead of ${shown(one)}`
}

export function emptyTotals(): Totals {
  const zeros = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
  return {
    ...{ programs: 0, units: 0, low: 0, high: 0 },
    endings: zeros(endings),
    repeated: zeros(['sliced', 'stepped', 'saved', 'cold'] as const),
    retired: Array<number>(rows.length).fill(0),
    failures: [],
  }
}

export function hashOf({ low, high }: Totals): string {
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('')
}

export function addTotals(sum: Totals, part: Totals): void {
  sum.programs += part.programs
  sum.units += part.units
  sum.low = (sum.low + part.low) >>> 0
  sum.high = (sum.high + part.high) >>> 0
  for (const name of endings) sum.endings[name] += part.endings[name]
  for (const name of Object.keys(sum.repeated) as Variant[]) sum.repeated[name] += part.repeated[name]
  part.retired.forEach((count, row) => {
    sum.retired[row] = (sum.retired[row] ?? 0) + count
  })
  sum.failures.push(...part.failures)
}
