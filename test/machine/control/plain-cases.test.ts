import { expect, test } from 'vitest'
import { fastCallInstructions } from '../../../src/machine/cpu/control/fast-calls.ts'
import { state } from '../../../src/machine/cpu/state-layout.ts'
import { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import type { Operation } from '../../../src/machine/cpu/system/operation.ts'
import type { Processor } from '../../../src/machine/cpu/system/processor.ts'
import { execute, number } from './processor.ts'

/** SplitMix64. */
function numbers(seed: bigint): () => bigint {
  let at = seed
  return () => {
    at = BigInt.asUintN(64, at + 0x9e37_79b9_7f4a_7c15n)
    const once = BigInt.asUintN(64, (at ^ (at >> 30n)) * 0xbf58_476d_1ce4_e5b9n)
    return once ^ (once >> 31n)
  }
}

const canonical = (value: bigint) => BigInt.asUintN(64, BigInt.asIntN(48, value))
const settable = 0x24_0ed7n

/** Everything that the instruction may change; lazy flags count as what they mean. */
function shown(cpu: CpuState): string {
  const general = Array.from({ length: 16 }, (_, index) => cpu.general(index))
  const segments = [1, 2].flatMap((one) => Object.values(cpu.segment(one)))
  return [...general, cpu.rip, cpu.flags, cpu.cpl, ...segments].map((value) => value.toString(16)).join(' ')
}

test.each(['syscall', 'o64 sysret'])('%s does in WebAssembly what TypeScript says', (code) => {
  const next = numbers(1n)
  const isCall = code === 'syscall'
  for (let round = 0; round < 60; round++) {
    let before = new ArrayBuffer(0)
    const { end, state: cpu } = execute({
      mode: isCall ? 'long64u' : 'long64',
      code,
      set: (cpu) => {
        cpu.setGeneral(number.rcx, canonical(next()))
        cpu.setGeneral(number.r11, next() & ~0x10_0100n)
        cpu.setU64(state.star, next())
        cpu.setU64(state.lstar, canonical(next()))
        cpu.setU64(state.fmask, next() & 0xffff_ffffn)
        cpu.flags = Number((next() & settable) | 2n)
        before = cpu.view.buffer.slice(0, state.end) as ArrayBuffer
      },
    })
    const reference = new CpuState(new DataView(before))
    const operation = { next: reference.rip + (isCall ? 2n : 3n), bytes: 8 } as Operation
    const instruction = fastCallInstructions[isCall ? 'SYSCALL' : 'SYSRET']
    instruction?.({ state: reference } as Processor, operation)
    expect(end).toBe('ok')
    expect(shown(cpu)).toBe(shown(reference))
  }
})
