import { expect, test } from 'vitest'
import type { CpuOptions } from '../../src/boot/plan.ts'
import { onBoth } from './on-both.ts'
import { codePlan } from './plans.ts'

const limit = { deadlineNs: 20_000_000_000n, any: [] }
/** mov al, 0x10; out 0xf4, al */
const exit = [0xb0, 0x10, 0xe6, 0xf4]

/** Registers after so much 32-bit code. */
function after(code: readonly number[], cpu: Partial<CpuOptions>) {
  return onBoth(codePlan([...code, ...exit], { cpu }), async (machine) => {
    const stop = await machine.run(limit)
    expect(stop).toMatchObject({ ending: { kind: 'exit', value: 0x10 } })
    return machine.registers()
  })
}

/** mov eax, leaf; xor ecx, ecx; cpuid */
const cpuid = (leaf: number) => [0xb8, leaf, 0, 0, 0, 0x31, 0xc9, 0x0f, 0xa2]
const bit = { pku: 3n, la57: 16n } as const

test.each<[string, CpuOptions['features'], boolean, boolean]>([
  ['+la57, -pku', { la57: true, pku: false }, true, false],
  ['+pku', { pku: true }, false, true],
  ['+la57, +pku', { la57: true, pku: true }, true, true],
  ['-la57, -pku', { la57: false, pku: false }, false, false],
])('%s: CPUID says it on both engines', async (_, features, la57, pku) => {
  for (const { rcx } of await after(cpuid(7), { features })) {
    expect([(rcx >> bit.la57) & 1n, (rcx >> bit.pku) & 1n]).toEqual([BigInt(la57), BigInt(pku)])
  }
})

test.each([true, false])('aes and pclmulqdq: %s, and CPUID says it on both engines', async (on) => {
  const bits = { pclmulqdq: 1n, aes: 25n }
  for (const { rcx } of await after(cpuid(1), { features: { aes: on, pclmulqdq: on } })) {
    expect([(rcx >> bits.pclmulqdq) & 1n, (rcx >> bits.aes) & 1n]).toEqual([BigInt(on), BigInt(on)])
  }
})

test('x86-64-v2 has SSE4.2 and POPCNT and no AVX, on both engines', async () => {
  for (const { rcx } of await after(cpuid(1), { model: 'x86-64-v2' })) {
    expect([20n, 23n, 28n].map((at) => (rcx >> at) & 1n)).toEqual([1n, 1n, 0n])
  }
})

test('the same seed gives the same random numbers, another gives others', async () => {
  // rdrand esi; rdrand edi
  const random = [0x0f, 0xc7, 0xf6, 0x0f, 0xc7, 0xf7]
  const runs = await Promise.all([7, 7, 8].map((seed) => after(random, { seed })))
  const [one, again, other] = runs.map((engines) => engines.map(({ rsi, rdi }) => [rsi, rdi]))
  expect(again).toEqual(one)
  for (const [engine, numbers] of (one ?? []).entries()) {
    expect(other?.[engine]).not.toEqual(numbers)
    expect(numbers[0]).not.toBe(numbers[1])
  }
})
