import { expect, test } from 'vitest'
import { planOfFile } from '../boot-plans/plan-of.ts'
import { kernel } from '../kernels/build.ts'
import { onBoth } from './on-both.ts'

const limit = { deadlineNs: 60_000_000_000n, any: [] }

test('x87, MXCSR and XMM registers, as FXRSTOR has loaded them, on both engines', async () => {
  const seen = await onBoth(planOfFile(kernel('float-registers')), async (machine) => {
    await machine.run(limit)
    const { x87, mxcsr, xmm } = await machine.registers()
    return { x87, mxcsr, xmm }
  })
  const wanted = {
    x87: {
      fcw: 0x27f,
      fsw: 0x3123,
      // R0 to R7: -0, -infinity, NaN, a denormal, an unnormal, empty, 1, -pi.
      ftw: 0b00_00_11_10_10_10_10_01,
      st: [
        { bits: 0x3fff_8000_0000_0000_0000n, value: 1, tag: 'valid' },
        { bits: 0xc000_c90f_daa2_2168_c235n, value: -Math.PI, tag: 'valid' },
        { bits: 0x8000_0000_0000_0000_0000n, value: -0, tag: 'zero' },
        { bits: 0xffff_8000_0000_0000_0000n, value: Number.NEGATIVE_INFINITY, tag: 'special' },
        { bits: 0x7fff_c000_0000_0000_0000n, value: Number.NaN, tag: 'special' },
        { bits: 1n, value: 0, tag: 'special' },
        { bits: 0x3fff_4000_0000_0000_0000n, value: Number.NaN, tag: 'special' },
        { bits: 0x4002_a000_0000_0000_0000n, value: 10, tag: 'empty' },
      ],
    },
    mxcsr: 0x1fa1,
    xmm: Array.from({ length: 16 }, (_, number) => {
      const low = 0x1111_1111_1111_1111n * BigInt(number)
      return ((0x0123_4567_89ab_cdefn + BigInt(number)) << 64n) | low
    }),
  }
  expect(seen).toEqual([wanted, wanted])
})
