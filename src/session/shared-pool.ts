import { MachinePool } from '../pool/machine-pool.ts'

let shared: MachinePool | null = null

/**
 * The pool of this process (of this test worker, in Vitest): one warm thread, more when a test holds several
 * machines at once. Idle threads let the process end.
 */
export function sharedPool(): MachinePool {
  shared ??= new MachinePool({ threads: 1, whenFull: 'grow' })
  return shared
}
