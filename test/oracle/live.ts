import { type Case, caseOf, type Section, sections } from './cases.ts'
import { type Recorder, withRecorder } from './host-recorder.ts'
import { judgeCase } from './judge.ts'
import { runCase, type Way, waysToRun } from './our-cpu.ts'
import { comparedFlags, line, type Result, type Unit, unitOf } from './vectors.ts'

/** What came of vectors that were made for this machine's CPU, and not kept. */
export interface LiveVerdict {
  readonly cpu: string
  readonly judged: Readonly<Record<Unit, number>>
  readonly wrong: readonly string[]
}

/** Cases that the recorder gets at once. */
const atOnce = 8_000
const shown = 30

/** `perForm` new cases of every form, by the host at hand and by ours, each in one of our ways. */
export function judgeLive(perForm: number, seed: string): LiveVerdict {
  const judged = { integer: 0, sse: 0, mmx: 0, x87: 0 }
  const wrong: string[] = []
  const ways = new Map<string, readonly Way[]>()
  const formsAtOnce = Math.max(1, Math.floor(atOnce / perForm))
  return withRecorder((record, cpu) => {
    const all = sections()
    for (let from = 0; from < all.length && wrong.length < shown; from += formsAtOnce) {
      for (const { section, input, result, number } of answers(
        record,
        all.slice(from, from + formsAtOnce),
        perForm,
        seed,
      )) {
        const { bits, stackBits } = section.form
        const own = ways.get(`${bits} ${stackBits}`) ?? waysToRun(section.form)
        ways.set(`${bits} ${stackBits}`, own)
        const difference = compare(section, input, result, wayFor(input, own, number))
        if (difference === null) continue
        judged[unitOf(section.row)]++
        wrong.push(...difference)
      }
    }
    return { cpu, judged, wrong: wrong.slice(0, shown) }
  })
}

interface Answer {
  readonly section: Section
  readonly input: Case
  readonly result: Result
  readonly number: number
}

function answers(
  record: Recorder,
  some: readonly Section[],
  perForm: number,
  seed: string,
): readonly Answer[] {
  const asked = some.flatMap((section) =>
    Array.from({ length: perForm }, (_, number) => ({
      section,
      number,
      input: caseOf(section, number, seed),
    })),
  )
  const results = record(asked.map(({ input }) => input))
  return asked.map((one, index) => ({ ...one, result: results[index] as Result }))
}

/** They take turns; code that cannot be moved is run where the host had it. */
function wayFor({ isMovable }: Case, ways: readonly Way[], number: number): Way {
  const [first] = ways as readonly [Way]
  const way = ways[number % ways.length] ?? first
  return way.shift === 0 || isMovable ? way : first
}

/** All that a case may see is mapped: a branch that reads its target from what it pushed goes astray. */
const pageFault = 0x100 + 14

/** As `judgeCase`, which is asked only where something differs: lines take their time. */
function compare(section: Section, input: Case, expected: Result, way: Way): readonly string[] | null {
  if (expected.endedAt === pageFault) return null
  const ran = runCase(input, way)
  if (ran && areEqual(ran, expected)) return []
  return judgeCase(section, input, line(input, expected), [way])
}

function areEqual(a: Result, b: Result): boolean {
  return (
    a.endedAt === b.endedAt &&
    a.errorCode === b.errorCode &&
    ((a.rflags ^ b.rflags) & comparedFlags) === 0 &&
    a.registers.every((value, index) => value === b.registers[index]) &&
    areEqualBytes(a.data, b.data) &&
    areEqualBytes(a.stack, b.stack) &&
    areEqualBytes(a.float.vectors, b.float.vectors) &&
    areEqualBytes(a.float.registers, b.float.registers) &&
    a.float.mxcsr === b.float.mxcsr &&
    a.float.control === b.float.control &&
    a.float.status === b.float.status &&
    a.float.full === b.float.full
  )
}

const areEqualBytes = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0
