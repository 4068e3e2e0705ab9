import { expect, test } from 'vitest'
import { assembleProbes, assembleRom } from './assemble.ts'
import { traceOurs } from './our-machine.ts'
import type { Probe } from './probe.ts'
import { buildRom } from './rom.ts'
import { type StateName, states } from './states.ts'
import { type Step, traceInBochs } from './trace.ts'

const model = 'corei7_skylake_x'

/** Arithmetic, a stack, a loop, a repeated instruction, then a fault and the handler that records it. */
function program(state: StateName): Probe {
  const { bits } = states[state]
  const [a, di] = bits === 64 ? ['rax', 'rdi'] : ['eax', 'edi']
  const code = `mov eax, 0x12345678; mov ecx, 5; .again: add eax, 0x1111; adc edx, eax; push ${a}; rol eax, 1;
    pop ${bits === 64 ? 'rbx' : 'ebx'}; loop .again; mov ${di}, 0xc000; mov ecx, 3; cld; rep stosb; xor ecx, ecx; div ecx`
  return { name: state, state, code }
}

/** Hexadecimal, a line each: what a difference looks like in a report. */
const shown = (steps: readonly Step[]) =>
  steps.map(({ rip, flags, registers }) =>
    [rip, flags, ...registers].map((value) => value.toString(16)).join(' '),
  )

test.each(['real16', 'prot32', 'paged32u', 'long64', 'long64u'] satisfies StateName[])(
  'Bochs and we take the same steps in %s',
  async (state) => {
    const probe = program(state)
    const [code] = assembleProbes([probe])
    if (!code) throw new Error('Nothing was assembled')
    const rom = buildRom(assembleRom(), probe, code)
    const steps = 150
    const bochs = await traceInBochs(rom, model, steps)
    expect(bochs).toHaveLength(steps)
    expect(shown(traceOurs(rom, model, steps))).toEqual(shown(bochs))
  },
)
