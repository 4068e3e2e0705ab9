import { Operations, type Semantic } from '../semantics/operations.ts'
import { plainCases, semantics } from '../semantics/semantics.ts'
import type { Variant } from '../semantics/target.ts'
import { state } from '../state-layout.ts'
import { status } from '../status.ts'
import { type OptionalFeature, optionalFeature } from '../table/features.ts'
import { instructionName, type Row } from '../table/row.ts'
import { rows } from '../table/rows.ts'
import { vector } from '../vector.ts'
import { call, type FunctionReference, load, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import { ModuleBuilder } from '../wasm/module-builder.ts'
import type { InterpreterName } from './code-lookup.ts'
import { defineDelivery } from './delivery.ts'
import { defineFindCode } from './find-code.ts'
import type { HandlerNumbers } from './handler-numbers.ts'
import { type SwitchName, switchesOf } from './hot.ts'
import { importModule } from './import-module.ts'
import { declareImports, type Imports } from './imports.ts'
import { defineInterpreter } from './interpreter.ts'
import { defineMemory } from './memory.ts'
import { pseudo } from './pseudo-handlers.ts'
import { defineSlowFunctions, type SlowFunctions } from './slow-functions.ts'
import { instructionOffset, SlowTarget } from './slow-target.ts'
import type { HotHandler } from './switch.ts'
import { type Choice, choicesOf, handlerKey, variantOf } from './variants.ts'

const interpreters = ['flat32', 'long64', 'segmented'] as const

/** The generated core: a module, and where in it the handlers are. */
export interface Core {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly numbers: HandlerNumbers
}

interface CoreOptions {
  readonly plainCases: boolean
}

/** The least that holds the state and some RAM: 64 KiB each. */
const minimumPages = 0x201

/**
 * Generates the core from the table and the semantics: the same bytes every time. Without plain cases
 * TypeScript does all that it can do, which is what they are judged by.
 */
export function buildCore(options: CoreOptions = { plainCases: true }): Core {
  const module = new ModuleBuilder()
  module.importMemory(importModule, 'memory', minimumPages)
  const imports = declareImports(module)
  const memory = defineMemory(module, imports)
  const functions = defineSlowFunctions(module, memory, imports, options.plainCases)
  defineDelivery(module, functions, imports)
  const failures = {
    undefined: defineFailure(module, 'raiseUndefined', vector.undefined),
    tooLong: defineFailure(module, 'raiseTooLong', vector.generalProtection),
    absent: module.element(module.function('reportAbsent', ['i32'], ['i32'], (f) => f.return(status.absent))),
  }
  const system = module.element(defineSystemInstruction(module, imports))
  const [legacy, long] = [casesOf(false, options.plainCases), casesOf(true, options.plainCases)]
  const cases: Cases = { flat32: legacy, long64: long, segmented: legacy }
  const slow = defineSlowHandlers(module, functions, imports, cases)
  const findCode = defineFindCode(module, memory)
  const fast: FastHandlers = { flat32: new Map(), long64: new Map(), segmented: new Map() }
  for (const name of interpreters) {
    const hot = collectHot(name, cases, fast[name])
    module.export(defineInterpreter(module, { name, hot, findCode, functions, imports }))
  }
  exportForTypeScript(module, functions)
  const fastNumbers = Object.fromEntries(interpreters.map((name) => [name, Object.fromEntries(fast[name])]))
  return {
    bytes: module.build(),
    numbers: {
      failures,
      system,
      slow: Object.fromEntries(slow),
      fast: fastNumbers as HandlerNumbers['fast'],
    },
  }
}

/** RIP is written first: TypeScript reads it. */
function defineSystemInstruction(module: ModuleBuilder, imports: Imports): FunctionReference {
  return module.function('systemInstruction', ['i32'], ['i32'], (f) => {
    const [uop] = f.parameters as [Local]
    f.store('i64.store', 0, instructionOffset(uop), state.rip)
    f.return(call(imports.system, uop))
  })
}

function defineFailure(module: ModuleBuilder, name: string, number: number): number {
  return module.element(
    module.function(name, ['i32'], ['i32'], (f) => {
      f.store('i32.store', 0, number, state.faultVector)
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

type Cases = Readonly<Record<InterpreterName, readonly Case[]>>
type FastHandlers = Readonly<Record<InterpreterName, Map<string, number>>>

/** Every case of every row with a semantic, in 64-bit code or in other code, in the table's order. */
function casesOf(long: boolean, hasPlainCases: boolean): Case[] {
  return rows.flatMap((row) => {
    const name = instructionName(row)
    const semantic = semantics.get(name)
    if (!semantic || (!hasPlainCases && plainCases.has(name))) return []
    return choicesOf(row, long).map((choice) => {
      const variant = variantOf(row, choice)
      const slowKey = handlerKey(name, variant, false)
      return { row, choice, semantic, variant, slowKey, fastKey: handlerKey(name, variant, true) }
    })
  })
}

function defineSlowHandlers(
  module: ModuleBuilder,
  functions: SlowFunctions,
  imports: Imports,
  cases: Cases,
): ReadonlyMap<string, number> {
  const slow = new Map<string, number>()
  for (const { row, slowKey: key, semantic, variant } of [...cases.flat32, ...cases.long64]) {
    if (slow.has(key)) continue
    const handler = module.function(`slow ${key}`, ['i32'], ['i32'], (f) => {
      const b = new Operations(
        new SlowTarget(f, f.parameters[0] as Local, functions, imports, variant),
        variant,
      )
      refuseUnlessMade(b, row)
      b.begin()
      if (row.facts.privileged) {
        b.fault(op('i32.ne', load('i32.load', 0, state.cpl), 0), vector.generalProtection)
      }
      semantic(b)
      b.end()
    })
    slow.set(key, module.element(handler))
  }
  return slow
}

/** #UD of what this machine was not made with. */
function refuseUnlessMade(b: Operations, { facts: { cpuid } }: Row): void {
  if (cpuid === undefined || !(cpuid in optionalFeature)) return
  const bit = optionalFeature[cpuid as OptionalFeature]
  const made = op('i32.and', load('i32.load', 0, state.optionalFeatures), bit)
  b.fault(op('i32.eqz', made), vector.undefined)
}

/** In the order of `switches`: those of one switch follow each other. */
function collectHot(name: InterpreterName, cases: Cases, numbers: Map<string, number>): HotHandler[] {
  const found = new Map<string, HotHandler>()
  for (const { row, fastKey: key, semantic, variant } of cases[name]) {
    const switches = switchesOf(instructionName(row), variant, name)
    if (!found.has(key) && switches.length > 0) found.set(key, { semantic, variant, switches })
  }
  const sorted = [...found].sort(([, a], [, b]) => placeOf(a.switches) - placeOf(b.switches))
  for (const [key] of sorted) numbers.set(key, pseudo.count + numbers.size)
  return sorted.map(([, handler]) => handler)
}

const placeOf = (switches: readonly SwitchName[]) =>
  switches.length > 1 ? 1 : switches[0] === 'integer' ? 0 : 2

function exportForTypeScript(module: ModuleBuilder, functions: SlowFunctions): void {
  const { memory, segmentLinear, effectiveAddress, deliverFault } = functions
  const { refresh } = functions.derived
  const all = [...Object.values(memory), segmentLinear, effectiveAddress, refresh, deliverFault]
  const hasVector = ({ parameters, results }: FunctionReference) =>
    [...parameters, ...results].includes('v128')
  for (const one of all) if (!hasVector(one)) module.export(one)
}
