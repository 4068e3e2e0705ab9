#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { KernelTestError } from '../support/errors.ts'
import { type ExitStatus, exitStatus, statusOfError } from './exit-status.ts'
import { doctorHelp, generalHelp, inspectHelp, reportHelp, runHelp } from './help.ts'
import { refuseMisspeltCommand } from './misspelt-command.ts'
import { needsImage, parseImageArguments, unknownArgument } from './parse-arguments.ts'
import { jsonOption } from './run-options.ts'

interface Command {
  readonly help: () => string
  readonly start: (argv: readonly string[]) => Promise<ExitStatus>
}

/** Loaded when they are called: `run` needs no Vitest, `doctor` no PNG. */
const commands: Readonly<Record<string, Command>> = {
  run: { help: runHelp, start: async (argv) => (await import('./run.ts')).run(argv) },
  inspect: { help: inspectHelp, start: inspect },
  report: { help: reportHelp, start: async (argv) => (await import('./report.ts')).report(argv) },
  doctor: { help: doctorHelp, start: async (argv) => (await import('./doctor.ts')).doctor(argv) },
}

async function main([first = '', ...rest]: readonly string[]): Promise<ExitStatus> {
  if (process.platform === 'win32') throw noWindows()
  const command = Object.hasOwn(commands, first) ? commands[first] : undefined
  if (command === undefined) {
    if (first === '--version' || first === '-v') return print(`${version()}\n`)
    if (first === '--help' || first === '-h') return print(generalHelp())
    refuseMisspeltCommand(first, Object.keys(commands))
    return (await import('./test.ts')).test(first === '' ? rest : [first, ...rest])
  }
  const asksForHelp = rest[0] === '--help' || rest[0] === '-h'
  return asksForHelp ? print(command.help()) : command.start(rest)
}

async function inspect(argv: readonly string[]): Promise<ExitStatus> {
  const { image, values, ignored } = parseImageArguments(argv, [jsonOption])
  const [extra] = ignored
  if (extra !== undefined)
    throw unknownArgument(
      extra,
      [jsonOption],
      'Name one image; an option whose value has spaces needs quotes.',
    )
  if (image === null) throw needsImage('inspect')
  const { inspectCommand } = await import('./inspect.ts')
  return (await inspectCommand(image, { json: values.has('json') })) === 0
    ? exitStatus.asExpected
    : exitStatus.notAsExpected
}

function print(text: string): ExitStatus {
  process.stdout.write(text)
  return exitStatus.asExpected
}

function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  )
  return `kerneltest ${manifest.version}`
}

function noWindows(): KernelTestError {
  return new KernelTestError(
    'KT6007',
    'kerneltest does not run on Windows yet',
    'Use it in WSL: `wsl --install`, then the commands of the README.',
  )
}

/** Standard output may be a pipe: what was written must be out before the process ends. */
async function flush(): Promise<void> {
  await new Promise((resolve) => process.stdout.write('', resolve))
  await new Promise((resolve) => process.stderr.write('', resolve))
}

// A reader that has seen enough (`kerneltest run … | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return
  const reason = `standard output could not be written: ${error.message}`
  const told = new KernelTestError('KT6011', reason, 'Make room on the disk that it goes to.')
  process.stderr.write(`kerneltest: ${told.message}\n`)
  process.exit(statusOfError(told))
})

main(process.argv.slice(2))
  .catch((error: unknown) => {
    const isKnown = error instanceof KernelTestError
    process.stderr.write(
      `kerneltest: ${isKnown ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
    )
    return statusOfError(error)
  })
  .then(async (status) => {
    await flush()
    process.exit(status)
  })
