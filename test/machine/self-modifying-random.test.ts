import { expect, test } from 'vitest'
import type { Cpu } from '../../src/machine/cpu/cpu.ts'
import { segment } from '../../src/machine/cpu/state-layout.ts'
import { Random } from '../oracle/random.ts'
import { executeOn, type ModeName, newProcessor } from './control/processor.ts'

const codeAt = 0x1_0000
const codePages = [codeAt >> 12, (codeAt >> 12) + 1]
const instructions = 48
/** The last instructions are on the second page. */
const startAt = 0xf60
const programs = 12
const units = 700

const opcodes = [0x90, 0xf8, 0xf9, 0xf5, 0x04, 0x3c, 0xa8, 0xb0, 0xb8, 0x66, 0x72, 0x75, 0xeb]
const label = (random: Random) => `L${random.below(instructions)}`
/** An opcode, what follows it, or something near. */
const place = (random: Random) => `[${label(random)} + ${random.pick([0, 1, 1, 1, 2, 3, 5])}]`

/** Each writes into code, or is there to be written into; `far`: in a code segment that begins elsewhere. */
const kinds: readonly ((random: Random) => string)[] = [
  (random) => `mov eax, ${random.word()}`,
  (random) => `mov cl, ${random.below(256)}`,
  (random) => `adc al, ${random.below(256)}`,
  () => 'nop',
  () => 'cmc',
  (random) => `${random.pick(['jz', 'jnz', 'jc', 'jnc', 'jmp near'])} ${label(random)}`,
  (random) => `mov byte ${place(random)}, ${random.below(4)}`,
  (random) => `add byte ${place(random)}, 1`,
  (random) => `mov ${place(random)}, al`,
  (random) => `mov [${label(random)} + 1], eax`,
  (random) => `mov byte [${label(random)}], ${random.pick(opcodes)}`,
  (random) => `mov ecx, ${random.below(24)}\nmov edi, ${label(random)}\nmov al, 0x90\nrep stosb`,
]

function far(random: Random): string {
  const paragraphs = random.below(3)
  return `jmp ${(codeAt >> 4) - paragraphs}:${label(random)} + ${16 * paragraphs}`
}

function program(random: Random, isReal: boolean): string {
  const one = () => (isReal && random.oneIn(8) ? far(random) : random.pick(kinds)(random))
  const lines = Array.from({ length: instructions }, (_, index) => `L${index}: ${one()}`)
  return [
    `org ${isReal ? 0 : codeAt}`,
    'jmp near L0',
    `times ${startAt} - ($ - $$) nop`,
    ...lines,
    'jmp near L0',
  ].join('\n')
}

/** What became of it, at the end and at each arrival at one of `stops`. */
function outcome(cpu: Cpu, slice: number, stops: ReadonlySet<bigint>, before: () => void) {
  const arrivals: string[] = []
  let left = units
  let end = 'budget'
  while (left > 0 && end === 'budget') {
    before()
    const budget = Math.min(slice, left)
    const run = cpu.run(budget, stops)
    left -= budget - run.left
    if (run.stop.kind === 'address') arrivals.push(`${units - left}: ${run.stop.linear}`)
    else end = run.stop.kind
  }
  const code = cpu.ram.slice(codeAt, codeAt + 0x2000)
  return { end, left, arrivals, state: Buffer.from(cpu.save()), code: Buffer.from(code) }
}

test.each(['real', 'v86', 'prot32', 'compat32u', 'long64'] as const)(
  'what random code in %s makes of itself does not depend on what was kept of it',
  (mode: ModeName) => {
    const isReal = mode === 'real' || mode === 'v86'
    const random = new Random(`self-modifying ${mode}`)
    const [kept, forgotten] = [newProcessor(), newProcessor()]
    const done: number[] = []
    for (let number = 0; number < programs; number++) {
      const code = program(random, isReal)
      for (const cpu of [kept, forgotten]) {
        executeOn(cpu, {
          mode,
          code,
          units: 0,
          set: (cpu) => {
            for (const one of [segment.ds, segment.es]) if (isReal) cpu.setParagraph(one, codeAt >> 4)
          },
        })
      }
      const stops = new Set(
        Array.from({ length: random.below(6) }, () => BigInt(codeAt + startAt + random.below(256))),
      )
      const forget = () => {
        for (const page of codePages) forgotten.forgetCode(page)
      }
      const expected = outcome(forgotten, 1, stops, forget)
      expect(outcome(kept, 1 + random.below(units), stops, () => {})).toEqual(expected)
      done.push(units - expected.left)
    }
    // Most come to something that is no code in the end.
    expect(Math.max(...done)).toBe(units)
  },
)
