import { type Runner, withProgram } from './program.ts'
import { recordedOperations } from './transcendental.ts'

/** This machine's CPU, for as long as `use` runs. Any x86-64 Linux with gcc will do. */
export function withHost<Result>(use: (run: Runner, cpu: string) => Result): Result {
  const [source, options] = ['float-recorder.c', ['-msse4.1']]
  return withProgram({ source, options, operations: recordedOperations, packages: 'gcc' }, use)
}
