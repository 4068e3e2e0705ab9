import { expect, test } from 'vitest'
import { buildCore } from '../../src/machine/cpu/interpreter/core.ts'
import { declareImports } from '../../src/machine/cpu/interpreter/imports.ts'
import { defineMemory } from '../../src/machine/cpu/interpreter/memory.ts'
import { defineSlowFunctions } from '../../src/machine/cpu/interpreter/slow-functions.ts'
import { SlowTarget } from '../../src/machine/cpu/interpreter/slow-target.ts'
import { Operations, type Semantic } from '../../src/machine/cpu/semantics/operations.ts'
import { semantics } from '../../src/machine/cpu/semantics/semantics.ts'
import { instructionName } from '../../src/machine/cpu/table/row.ts'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import type { Local } from '../../src/machine/cpu/wasm/function-builder.ts'
import { ModuleBuilder } from '../../src/machine/cpu/wasm/module-builder.ts'

/** Lowers `ADD r/m32, r32`'s operands with another semantic. */
function lower(semantic: Semantic): void {
  const module = new ModuleBuilder()
  const imports = declareImports(module)
  const functions = defineSlowFunctions(module, defineMemory(module, imports), imports)
  module.function('handler', ['i32'], ['i32'], (f) => {
    const operand = { shape: 'register', bytes: 4, file: 0, isVector: false } as const
    const variant = {
      bytes: 4,
      operands: [operand, operand],
      condition: 0,
      repeat: 0,
      aligned: false,
      unit: null,
    } as const
    const b = new Operations(
      new SlowTarget(f, f.parameters[0] as Local, functions, imports, variant),
      variant,
    )
    semantic(b)
    b.end()
  })
}

test('a semantic that could stop half-way is refused while the core is built', () => {
  expect(() =>
    lower((b) => {
      const first = b.operand(0, 'rw')
      b.commit(() => {
        b.set(first, b.get(b.operand(1, 'r')))
      })
    }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Error: kerneltest is wrong here (please report it): an operand comes before the commit: it can leave]`,
  )
  expect(() =>
    lower((b) => {
      const first = b.operand(0, 'rw')
      b.commit(() => b.set(first, b.constant(1)))
      b.fault(b.op32('eqz', b.systemFlags()), 0)
    }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Error: kerneltest is wrong here (please report it): a flag comes before the commit: it can leave]`,
  )
  expect(() => lower((b) => b.set(b.operand(0, 'w'), b.constant(1)))).toThrowErrorMatchingInlineSnapshot(
    `[Error: kerneltest is wrong here (please report it): a write belongs into the commit]`,
  )
  expect(() => lower((b) => void b.operand(0, 'w'))).toThrowErrorMatchingInlineSnapshot(
    `[Error: kerneltest is wrong here (please report it): an instruction commits]`,
  )
  expect(() =>
    lower((b) => {
      b.commit(() => {})
      b.commit(() => {})
    }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Error: kerneltest is wrong here (please report it): an instruction commits once]`,
  )
})

test.each<[string, Semantic]>([
  ['memory beside an operand', (b) => b.commit(() => void b.operandAt(0, b.constant(8), 'r'))],
  ['a linear address', (b) => b.commit(() => void b.linearAddress())],
  ['a port that may be refused', (b) => b.commit(() => b.checkPort(b.constant(0x60), 1))],
  ['a single flag', (b) => b.commit(() => void b.flag('z'))],
])('%s is asked for before the commit', (_, semantic) => {
  expect(() => lower(semantic)).toThrow('comes before the commit: it can leave')
})

test.each<[string, Semantic]>([
  ['a write under a condition', (b) => b.setIf(b.op('eqz', b.carry()), b.register(0), b.constant(1))],
  ['ZF alone', (b) => b.setZero(b.constant(1))],
])('%s is written in the commit', (_, semantic) => {
  expect(() => lower(semantic)).toThrow('belongs into the commit')
})

test('the core is the same bytes every time, and of a size to be compiled quickly', () => {
  const core = buildCore()
  expect(buildCore().bytes).toEqual(core.bytes)
  expect(core.bytes.length).toBeLessThan(800_000)
  expect(Object.keys(core.numbers.fast.long64).length).toBeLessThanOrEqual(550)
})

test('every semantic belongs to an instruction of the table', () => {
  const names = new Set(rows.map(instructionName))
  expect([...semantics.keys()].filter((name) => !names.has(name))).toEqual([])
})
