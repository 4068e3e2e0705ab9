import type { Handlers } from '../micro-op.ts'
import { Operations, type Semantic } from '../semantics/operations.ts'
import { semantics } from '../semantics/semantics.ts'
import type { Variant } from '../semantics/target.ts'
import { state } from '../state-layout.ts'
import type { Row } from '../table/row.ts'
import { rows } from '../table/rows.ts'
import { call } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import { ModuleBuilder } from '../wasm/module-builder.ts'
import { declareImports, type Imports, importModule } from './imports.ts'
import { defineFindCode, defineInterpreter, type HotHandler, pseudo } from './interpreter.ts'
import { defineMemory } from './memory.ts'
import { defineSlowFunctions, type SlowFunctions } from './slow-functions.ts'
import { SlowTarget } from './slow-target.ts'
import { status } from './status.ts'
import { type Choice, choiceNumber, choicesOf, handlerKey, isHot, variantOf } from './variants.ts'

export const modes = ['flat32', 'long64'] as const
export type Mode = (typeof modes)[number]

export interface Core {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The handlers of an instruction; a fast one only where its address is plain. */
  handlersOf(mode: Mode, row: Row, choice: Choice): Handlers
  /** Raise #UD, raise #GP(0), say that the table has no row. */
  readonly failures: { readonly undefined: number; readonly tooLong: number; readonly absent: number }
  readonly hotHandlers: Readonly<Record<Mode, number>>
}

/** The least that holds the state and some RAM: 64 KiB each. */
const minimumPages = 0x201

/** Generates the core from the table and the semantics: the same bytes every time. */
export function buildCore(): Core {
  const module = new ModuleBuilder()
  module.importMemory(importModule, 'memory', minimumPages)
  const imports = declareImports(module)
  const memory = defineMemory(module, imports)
  const functions = defineSlowFunctions(module, memory)
  const failures = {
    undefined: defineFailure(module, 'raiseUndefined', 6),
    tooLong: defineFailure(module, 'raiseTooLong', 13),
    absent: module.element(module.function('reportAbsent', ['i32'], ['i32'], (f) => f.return(status.absent))),
  }
  const system = module.element(
    module.function('systemInstruction', ['i32'], ['i32'], (f) => {
      f.return(call(imports.system, f.parameters[0] as Local))
    }),
  )
  const cases = { flat32: casesOf('flat32'), long64: casesOf('long64') }
  const slow = defineSlowHandlers(module, functions, imports, cases)
  const findCode = defineFindCode(module)
  const fast = { flat32: new Map<string, number>(), long64: new Map<string, number>() }
  for (const mode of modes) {
    const hot = collectHot(mode, cases, fast[mode])
    const run = defineInterpreter(module, { name: mode, hot, findCode, divide: functions.divide })
    module.export(run)
  }
  module.export(memory.translateFetch)
  module.export(memory.resolve)
  module.export(memory.selectBank)
  module.export(memory.disarmAll)
  return {
    bytes: module.build(),
    failures,
    hotHandlers: { flat32: fast.flat32.size, long64: fast.long64.size },
    handlersOf: dispatcher(cases, slow, fast, system),
  }
}

function defineFailure(module: ModuleBuilder, name: string, vector: number): number {
  return module.element(
    module.function(name, ['i32'], ['i32'], (f) => {
      f.store('i32.store', 0, vector, state.faultVector)
      f.store('i32.store', 0, 0, state.faultCode)
      f.return(status.fault)
    }),
  )
}

/** A way in which instructions of one row can look, and the handlers' keys. */
interface Case {
  readonly row: Row
  readonly choice: Choice
  readonly semantic: Semantic
  readonly variant: Variant
  readonly slowKey: string
  readonly fastKey: string
}

type Cases = Readonly<Record<Mode, readonly Case[]>>

/** Every case that a mode has of every row with a semantic, in the table's order. */
function casesOf(mode: Mode): Case[] {
  return rows.flatMap((row) => {
    const semantic = isSystem(row) ? undefined : semantics.get(row.mnemonic)
    if (!semantic) return []
    return choicesOf(row, mode === 'long64').map((choice) => {
      const variant = variantOf(row, choice)
      const slowKey = handlerKey(row.mnemonic, variant, false)
      return { row, choice, semantic, variant, slowKey, fastKey: handlerKey(row.mnemonic, variant, true) }
    })
  })
}

/** MOV has rows for control and segment registers, which are TypeScript. */
function isSystem(row: Row): boolean {
  return row.operands.some((kind) => kind === 'Cy' || kind === 'Sw') || !semantics.has(row.mnemonic)
}

function defineSlowHandlers(
  module: ModuleBuilder,
  functions: SlowFunctions,
  imports: Imports,
  cases: Cases,
): ReadonlyMap<string, number> {
  const slow = new Map<string, number>()
  for (const { slowKey: key, semantic, variant } of [...cases.flat32, ...cases.long64]) {
    if (slow.has(key)) continue
    const handler = module.function(`slow ${key}`, ['i32'], ['i32'], (f) => {
      const b = new Operations(new SlowTarget(f, f.parameters[0] as Local, functions, imports), variant)
      semantic(b)
      b.end()
    })
    slow.set(key, module.element(handler))
  }
  return slow
}

function collectHot(mode: Mode, cases: Cases, numbers: Map<string, number>): HotHandler[] {
  const hot: HotHandler[] = []
  for (const { row, fastKey: key, semantic, variant } of cases[mode]) {
    if (numbers.has(key) || !isHot(row.mnemonic, variant, mode === 'long64')) continue
    numbers.set(key, pseudo.count + hot.length)
    hot.push({ semantic, variant })
  }
  return hot
}

function dispatcher(
  cases: Cases,
  slow: ReadonlyMap<string, number>,
  fast: Readonly<Record<Mode, ReadonlyMap<string, number>>>,
  system: number,
): Core['handlersOf'] {
  const tables = Object.fromEntries(modes.map((mode) => [mode, new Map<number, Handlers>()]))
  for (const mode of modes) {
    for (const { row, choice, slowKey, fastKey } of cases[mode]) {
      tables[mode]?.set(row.id * 1000 + choiceNumber(choice), {
        fast: fast[mode].get(fastKey) ?? 0,
        slow: slow.get(slowKey) ?? 0,
      })
    }
  }
  const rare = { fast: 0, slow: system }
  return (mode, row, choice) => tables[mode]?.get(row.id * 1000 + choiceNumber(choice)) ?? rare
}
