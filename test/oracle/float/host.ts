import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { caseBytes, type FloatOperation, operations } from './operations.ts'

const source = fileURLToPath(new URL('float-recorder.c', import.meta.url))

/** Runs operations and answers 16 bytes for each case, as `struct result` of float-recorder.c. */
export type Runner = (operation: FloatOperation, control: number, operands: Uint8Array) => Uint8Array

/** This machine's CPU, for as long as `use` runs. Any x86-64 Linux with gcc will do. */
export function withHost<Result>(use: (run: Runner, cpu: string) => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), 'kerneltest-float-recorder-'))
  try {
    const program = join(directory, 'float-recorder')
    execFileSync('gcc', ['-O1', '-msse4.1', '-o', program, source])
    const cpu = execFileSync(program, ['--cpuid'], { encoding: 'utf8' }).trim()
    return use((operation, control, operands) => {
      const numbers = [operations.indexOf(operation), control, operands.length / caseBytes]
      const input = Buffer.concat([new Uint8Array(Uint32Array.from(numbers).buffer), operands])
      return execFileSync(program, { input, maxBuffer: 2 ** 30 })
    }, cpu)
  } finally {
    rmSync(directory, { recursive: true })
  }
}
