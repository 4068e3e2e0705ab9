import { runInBochs } from './bochs.ts'
import { address } from './layout.ts'
import type { BochsModel } from './probe.ts'

/** What a processor is before an instruction. */
export interface Step {
  readonly rip: bigint
  readonly flags: number
  /** RAX to R15 in encoding order. */
  readonly registers: readonly bigint[]
}

const order = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ')
/** Registers, then the line of the instruction that comes next, with the time in brackets. */
const block = /CPU0:\n((?:[\w ]{3}: [0-9a-f_]+\n)+)eflags 0x([0-9a-f]+):[^\n]*\n\(0\)\.\[(\d+)\]/g

/**
 * Steps a ROM in Bochs' internal debugger, from the first instruction of the probe's code on: an instruction,
 * an iteration of a repeated one or the delivery of an exception each, which are the units of our machine.
 */
export async function traceInBochs(
  rom: Uint8Array,
  model: BochsModel,
  steps: number,
): Promise<readonly Step[]> {
  const start = [`lb 0x${address.code.toString(16)}`, 'c', 'trace on', 'trace-reg on']
  const { output } = await runInBochs(rom, model, [...start, `s ${steps}`, 'q', ''].join('\n'))
  return parseTrace(output).slice(0, steps)
}

/** The steps of a trace, each once: the debugger repeats the one that it stops at. */
function parseTrace(output: string): readonly Step[] {
  const steps = new Map<string, Step>()
  for (const [, lines = '', flags = '', time = ''] of output.replaceAll('\r', '').matchAll(block)) {
    const values = new Map<string, bigint>()
    for (const [, name = '', high, low] of lines.matchAll(/^(\w+) *: ([0-9a-f]+)_([0-9a-f]+)$/gm)) {
      values.set(name, BigInt(`0x${high}${low}`))
    }
    const registers = order.map((name) => values.get(name) ?? 0n)
    steps.set(time, { rip: values.get('rip') ?? 0n, flags: Number.parseInt(flags, 16), registers })
  }
  return [...steps.values()]
}
