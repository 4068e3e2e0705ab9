import { expect, test } from 'vitest'
import { noteTotals } from '../totals.ts'
import { assembleProbes, assembleRom } from './assemble.ts'
import { traceOurs } from './our-machine.ts'
import { randomProgram } from './random-program.ts'
import { buildRom } from './rom.ts'
import { type StateName, states } from './states.ts'
import { type Step, traceInBochs } from './trace.ts'

const model = 'corei7_skylake_x'
const programs = Number(process.env['KERNELTEST_LOCKSTEP'] ?? 17)
const steps = 3000

/** Bochs' debugger never shows RF. */
const resume = 0x1_0000
/** Upper halves of registers mean nothing outside of 64-bit mode (SDM volume 1, 3.4.1.1). */
const shownIn = (bits: number) => {
  const seen = (value: bigint) => (bits === 64 ? value : BigInt.asUintN(32, value))
  return ({ rip, flags, registers }: Step) =>
    [rip, flags & ~resume, ...registers.map(seen)].map((value) => value.toString(16)).join(' ')
}

test.each(Object.keys(states) as StateName[])(
  'random programs take the same steps as in Bochs: %s',
  async (state) => {
    const common = assembleRom()
    const shown = shownIn(states[state].bits)
    const differences: string[] = []
    for (let number = 0; number < programs; number++) {
      const probe = randomProgram(`lockstep ${number}`, state)
      const [code] = assembleProbes([probe])
      if (!code) throw new Error('Nothing was assembled')
      const rom = buildRom(common, probe, code)
      const bochs = (await traceInBochs(rom, model, steps)).map(shown)
      const ours = traceOurs(rom, model, bochs.length).map(shown)
      const at = bochs.findIndex((line, index) => line !== ours[index])
      if (at > 0)
        differences.push(
          [`${probe.name}, step ${at}`, bochs[at - 1], `- ${bochs[at]}`, `+ ${ours[at]}`].join('\n'),
        )
      if (bochs.length < steps) differences.push(`${probe.name} ends after ${bochs.length} steps`)
    }
    expect(differences.join('\n')).toBe('')
    noteTotals('lockstep', { programs, steps: programs * steps, states: 1 })
  },
)
