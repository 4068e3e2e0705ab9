import { type Runner, withProgram } from './program.ts'
import { transcendentalOperations } from './transcendental.ts'

/** MPFR, for as long as `use` runs; for ordinary operands with all exceptions masked. */
export function withExact<Result>(use: (run: Runner, library: string) => Result): Result {
  const options = ['-lmpfr', '-lgmp']
  const packages = 'gcc libmpfr-dev'
  return withProgram({ source: 'exact.c', options, operations: transcendentalOperations, packages }, use)
}
