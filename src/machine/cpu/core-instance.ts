import { invariant } from '../../support/invariant.ts'
import type { Core } from './interpreter/core.ts'
import { importModule } from './interpreter/import-module.ts'
import type { Derived } from './status.ts'
import type { MemoryExports } from './system/system-memory.ts'

/** What the core exports: `flat32`, `long64` and `segmented` run it for a budget of units. */
export interface CoreExports extends MemoryExports {
  readonly flat32: (budget: number) => number
  readonly long64: (budget: number) => number
  readonly segmented: (budget: number) => number
  readonly translateFetch: (linear: bigint) => bigint
  /** Answers as `derived` says. */
  readonly refresh: () => Derived
  /** 0 with nothing changed where that is not plain. */
  readonly deliverFault: () => number
  readonly disarmAll: () => void
  readonly flushTlb: (keepGlobal: number) => void
  readonly invalidatePage: (linear: bigint) => void
  readonly frameOf: (physical: bigint) => number
  readonly effectiveAddress: (uop: number, popped: number) => bigint
}

export interface Compiled {
  readonly core: Core
  readonly module: WebAssembly.Module
}

let compiled: Compiled | null = null

/** The core that was given with {@link useCore}: what generates it is not loaded here. */
export function compiledCore(): Compiled {
  invariant(compiled, 'useCore gave a core first; tests import test/machine/generated-core.ts')
  return compiled
}

export const hasCore = (): boolean => compiled !== null

/** Compiles a core, once in a thread: threads share the code of equal modules. */
export function useCore(core: Core): void {
  compiled ??= compileCore(core)
}

export function compileCore(core: Core): Compiled {
  return { core, module: new WebAssembly.Module(core.bytes) }
}

/** An instance of a module that works on the machine's memory. */
export function instantiate<Exports>(
  module: WebAssembly.Module,
  imports: Readonly<Record<string, unknown>>,
): Exports {
  const instance = new WebAssembly.Instance(module, { [importModule]: imports } as never)
  return instance.exports as unknown as Exports
}
