import { runTests } from '../vitest/run-tests.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'

/** `kerneltest [FILE…]`: the tests of the project in the working directory. */
export async function test(argv: readonly string[]): Promise<ExitStatus> {
  return (await runTests(argv)) ? exitStatus.asExpected : exitStatus.notAsExpected
}
