import { expect, test } from 'vitest'
import { type Approximations, defineApproximations } from '../../../src/machine/cpu/float/approximate.ts'
import { call, type Expression, op } from '../../../src/machine/cpu/wasm/expression.ts'
import type { Local } from '../../../src/machine/cpu/wasm/function-builder.ts'
import { ModuleBuilder } from '../../../src/machine/cpu/wasm/module-builder.ts'

/** What the SDM allows RCPSS and RSQRTSS (volume 2). */
const bound = 1.5 * 2 ** -12

const exact: Readonly<Record<keyof Approximations, (x: Expression) => Expression>> = {
  reciprocal: (x) => x,
  reciprocalRoot: (x) => op('f64.sqrt', x),
}

/** `(first, count) → bits of the largest relative error` of singles with these bits, one after the other. */
function largestErrors() {
  const module = new ModuleBuilder()
  const approximations = defineApproximations(module)
  for (const name of ['reciprocal', 'reciprocalRoot'] as const) {
    const toDouble = (bits: Local) =>
      op('f64.promote_f32', op('f32.reinterpret_i32', op('i32.wrap_i64', bits)))
    const run = module.function(`${name}Error`, ['i64', 'i32'], ['f64'], (f) => {
      const [bits, count] = f.parameters as [Local, Local]
      const one = f.let(op('f64.convert_i32_s', 1))
      const largest = f.let(op('f64.convert_i32_s', 0))
      f.loop((again) => {
        const found = f.let(call(approximations[name], bits))
        const product = op('f64.mul', toDouble(found), exact[name](toDouble(bits)))
        f.set(largest, op('f64.max', largest, op('f64.abs', op('f64.sub', product, one))))
        f.set(bits, op('i64.add', bits, 1))
        f.set(count, op('i32.sub', count, 1))
        f.br(again, count)
      })
      f.return(largest)
    })
    module.export(run)
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.build()), {})
  return exports as Readonly<Record<string, (first: bigint, count: number) => number>>
}

/** Of every significand, with an odd and an even exponent. */
test.each(['reciprocal', 'reciprocalRoot'])('%s stays within the bound of the manual', (name) => {
  const error = largestErrors()[`${name}Error`]?.(0x3f80_0000n, 2 ** 24) ?? Number.NaN
  expect(error).toBeLessThan(bound)
  expect(error).toBeGreaterThan(2 ** -14)
})
