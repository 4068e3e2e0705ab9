import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { caseBytes, type FloatOperation } from './operations.ts'

/** Runs operations and answers 16 bytes for each case, as `struct result` of float-recorder.c. */
export type Runner = (operation: FloatOperation, control: number, operands: Uint8Array) => Uint8Array

/** A program in C that does operations, which it knows by their positions. */
interface Program {
  readonly source: string
  /** Of gcc, behind the source. */
  readonly options: readonly string[]
  readonly operations: readonly FloatOperation[]
  /** Debian's, that compiling takes. */
  readonly packages: string
}

/** Compiles and runs it for as long as `use` does; `version` is what it says of itself. */
export function withProgram<Result>(
  { source, options, operations, packages }: Program,
  use: (run: Runner, version: string) => Result,
): Result {
  const directory = mkdtempSync(join(tmpdir(), 'kerneltest-float-'))
  try {
    const program = join(directory, 'program')
    const path = fileURLToPath(new URL(source, import.meta.url))
    const { error, status, stderr } = spawnSync('gcc', ['-O1', '-o', program, path, ...options], {
      encoding: 'utf8',
    })
    if (error || status !== 0) {
      const said = error?.message ?? stderr
      throw new Error(`${source} does not compile; on Debian: apt-get install ${packages}\n${said}`)
    }
    const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim()
    return use((operation, control, operands) => {
      const numbers = [operations.indexOf(operation), control, operands.length / caseBytes]
      const input = Buffer.concat([new Uint8Array(Uint32Array.from(numbers).buffer), operands])
      return execFileSync(program, { input, maxBuffer: 2 ** 30 })
    }, version)
  } finally {
    rmSync(directory, { recursive: true })
  }
}
