import { vi } from 'vitest'
import { defaultTestTimeoutMs } from './timeouts.ts'

/** Vitest's own default, which tells that nobody set one. */
const vitestDefaultMs = 5_000

/** The part of Vitest's worker state that says what is set. It is not documented, so it may be absent. */
interface WorkerState {
  readonly config?: { readonly testTimeout?: number }
}

/** Gives tests the time that machines need, where neither the plugin nor the user has set a time-out. */
export function raiseTestTimeout(): void {
  const { __vitest_worker__: worker } = globalThis as { readonly __vitest_worker__?: WorkerState }
  const set = worker?.config?.testTimeout ?? vitestDefaultMs
  if (set === vitestDefaultMs) vi.setConfig({ testTimeout: defaultTestTimeoutMs })
}
