import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from '../../src/machine/cpu/wasm/byte-writer.ts'
import { call, constant, load, op, select } from '../../src/machine/cpu/wasm/expression.ts'
import type { FunctionBuilder } from '../../src/machine/cpu/wasm/function-builder.ts'
import { ModuleBuilder } from '../../src/machine/cpu/wasm/module-builder.ts'
import type { ValueType } from '../../src/machine/cpu/wasm/opcodes.ts'

type Callable = (...values: (number | bigint)[]) => number | bigint | (number | bigint)[]

function run(module: ModuleBuilder, imports: Record<string, unknown> = {}): Record<string, Callable> {
  const memory = new WebAssembly.Memory({ initial: 1 })
  module.importMemory('host', 'memory', 1)
  const compiled = new WebAssembly.Module(module.build())
  return new WebAssembly.Instance(compiled, { host: { memory, ...imports } }).exports as Record<
    string,
    Callable
  >
}

function single(
  parameters: ValueType[],
  results: ValueType[],
  write: (f: FunctionBuilder) => void,
): Callable {
  const module = new ModuleBuilder()
  module.export(module.function('f', parameters, results, write))
  return run(module)['f'] as Callable
}

test('constants of every size arrive as they were written', () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.integer(), (long, short) => {
      const f = single([], ['i64', 'i32'], (f) => f.return(long, short))
      expect(f()).toEqual([long, short])
    }),
    { numRuns: 200 },
  )
})

test('folding agrees with running', () => {
  const names = ['add', 'sub', 'mul', 'and', 'or', 'xor', 'shl', 'shr_u', 'shr_s'] as const
  const tests = ['eq', 'ne', 'lt_s', 'lt_u', 'ge_u'] as const
  const value = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-4n, 4n))
  fc.assert(
    fc.property(value, value, (a, b) => {
      for (const name of names) {
        const f = single(['i64', 'i64'], ['i64'], (f) => {
          const [x, y] = f.parameters
          if (x && y) f.return(op(`i64.${name}`, x, y))
        })
        expect([name, f(a, b)]).toEqual([name, op(`i64.${name}`, a, b).known])
      }
      for (const name of tests) {
        const f = single(['i64', 'i64'], ['i32'], (f) => {
          const [x, y] = f.parameters
          if (x && y) f.return(op(`i64.${name}`, x, y))
        })
        expect([name, BigInt(f(a, b) as number)]).toEqual([name, op(`i64.${name}`, a, b).known])
      }
    }),
    { numRuns: 30 },
  )
})

test('loops, conditions and branches', () => {
  const sum = single(['i32'], ['i32'], (f) => {
    const [n] = f.parameters
    if (!n) return
    const total = f.local('i32')
    f.block((end) => {
      f.loop((again) => {
        f.br(end, op('i32.eqz', n))
        f.if(
          op('i32.and', n, 1),
          () => f.set(total, op('i32.add', total, n)),
          () => f.set(total, op('i32.add', total, 1000)),
        )
        f.set(n, op('i32.sub', n, 1))
        f.br(again)
      })
    })
    f.return(select(op('i32.eqz', total), constant('i32', -1), total))
  })
  expect([0, 1, 2, 5].map((n) => sum(n))).toEqual([-1, 1, 1001, 2009])
})

test('a switch runs one case, and the last for everything else', () => {
  const f = single(['i32'], ['i32'], (f) => {
    const [n] = f.parameters
    if (!n) return
    const result = f.local('i32')
    f.switch(
      n,
      [10, 20, 30].map((value) => () => f.set(result, value)),
    )
    f.return(op('i32.add', result, 1))
  })
  expect([0, 1, 2, 3, -1].map((n) => f(n))).toEqual([11, 21, 31, 31, 31])
})

test('a case may stand at several places of a switch', () => {
  const f = single(['i32'], ['i32'], (f) => {
    const [n] = f.parameters
    if (!n) return
    const [odd, even] = [() => f.return(1), () => f.return(0)]
    f.switch(n, [even, odd, even, odd, () => f.return(-1)])
    f.unreachable()
  })
  expect([0, 1, 2, 3, 4, 5].map((n) => f(n))).toEqual([0, 1, 0, 1, -1, -1])
})

test('functions call each other, the host and the table; memory keeps what is stored', () => {
  const module = new ModuleBuilder()
  const twice = module.importFunction('host', 'twice', ['i32'], ['i32'])
  const divide = module.function('divide', ['i64', 'i64'], ['i64', 'i64'], (f) => {
    const [a, b] = f.parameters
    if (a && b) f.return(op('i64.div_u', a, b), op('i64.rem_u', a, b))
  })
  const position = module.element(divide)
  const main = module.declare('main', ['i64'], ['i64'])
  module.define(main, (f) => {
    const [a] = f.parameters
    if (!a) return
    const signature = { parameters: divide.parameters, results: divide.results }
    const [quotient, rest] = f.callIndirect(
      module.type(signature),
      signature,
      constant('i32', position),
      a,
      10,
    )
    if (!quotient || !rest) return
    f.store('i64.store16', 8, quotient, 8)
    f.return(
      op('i64.add', load('i64.load16_u', 16), op('i64.extend_i32_u', call(twice, op('i32.wrap_i64', rest)))),
    )
  })
  module.export(main)
  expect(run(module, { twice: (n: number) => n * 2 })['main']?.(0x12345n)).toBe(
    ((0x12345n / 10n) % 65536n) + 10n,
  )
})

test('a scope lends its locals again', () => {
  const f = single([], ['i32'], (f) => {
    const indices: number[] = []
    for (let round = 0; round < 3; round++) f.scope(() => indices.push(f.let(constant('i32', round)).index))
    f.return(new Set(indices).size)
  })
  expect(f()).toBe(1)
})

test('what does not fit together is refused while it is built', () => {
  const long = constant('i64', 1)
  expect(() => op('i32.add', long, 1)).toThrowErrorMatchingInlineSnapshot(
    `[Error: kerneltest is wrong here (please report it): operand 0 of i32.add is i32, not i64]`,
  )
  expect(() => op('i32.add', 1)).toThrowErrorMatchingInlineSnapshot(
    `[Error: kerneltest is wrong here (please report it): i32.add has 2 operands, not 1]`,
  )
  expect(() => single([], ['i32'], (f) => f.return(long))).toThrowErrorMatchingInlineSnapshot(
    `[Error: kerneltest is wrong here (please report it): operand 0 of return is i32, not i64]`,
  )
  const module = new ModuleBuilder()
  module.declare('f', [], [])
  expect(() => module.build()).toThrowErrorMatchingInlineSnapshot(
    `[Error: kerneltest is wrong here (please report it): f has a body]`,
  )
  expect(() => module.importFunction('host', 'g', [], [])).toThrowErrorMatchingInlineSnapshot(
    `[Error: kerneltest is wrong here (please report it): imports come before functions]`,
  )
})

test('the same calls give the same bytes', () => {
  const bytes = () => {
    const module = new ModuleBuilder()
    module.export(module.function('f', ['i32'], ['i32'], (f) => f.return(f.let(constant('i32', 128)))))
    return module.build()
  }
  expect(bytes()).toEqual(bytes())
  expect(new ByteWriter().unsigned(300).signed32(-300).bytes).toEqual(new Uint8Array([0xac, 2, 0xd4, 0x7d]))
})
