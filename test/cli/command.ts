import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const mainPath = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))

export interface CommandResult {
  /** Null: ended by a signal. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd?: string
  /** On top of an environment without cargo's variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Called with everything on standard output so far. */
  readonly onOutput?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void
  /** The same of standard error. */
  readonly onError?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void
}

/** Runs the built `kerneltest` as a user does. */
export function kerneltest(
  commandArguments: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return command(process.execPath, [mainPath, ...commandArguments], options)
}

export function command(
  program: string,
  programArguments: readonly string[],
  { cwd, env = {}, onOutput, onError }: CommandOptions = {},
): Promise<CommandResult> {
  const { CARGO_MANIFEST_DIR: _, VITEST: __, ...ours } = process.env
  const child = spawn(program, programArguments, {
    env: { ...ours, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    onOutput?.(stdout, (signal) => child.kill(signal))
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    onError?.(stderr, (signal) => child.kill(signal))
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, stdout, stderr }))
  })
}
