import type { Option } from './parse-arguments.ts'
import { reportOptions } from './report-options.ts'
import { jsonOption, runOptions } from './run-options.ts'

const commands: readonly (readonly [string, string])[] = [
  [
    'kerneltest [FILE…] [OPTIONS]',
    "run the project's tests: test files and kernel images (Vitest's options)",
  ],
  ['kerneltest run IMAGE', 'boot one image, stream its serial port, say how it ended'],
  ['kerneltest inspect IMAGE', 'what an image is, how it can boot, and what is wrong with it'],
  ['kerneltest report', "write the last run's screenshots and serial logs as one HTML page"],
  ['kerneltest doctor', 'which engines work here, and what is missing'],
]

/** `kerneltest --help` */
export function generalHelp(): string {
  return `Tests bare-metal x86-64 kernels.

${table(commands)}

  --help      this text, or that of a command: kerneltest run --help
  --version   the version of kerneltest

Exit status: 0 as expected, 1 not, 2 usage, 3 the engine or the image could not start,
124 a limit that no --expect named, 130 interrupted.
`
}

/** `kerneltest run --help` */
export function runHelp(): string {
  return `kerneltest run IMAGE [OPTIONS]

Boots IMAGE (an ELF kernel, disk image, ISO or Linux bzImage), writes what it prints on its first
serial port to standard output, and the verdict to standard error.

${optionTable(runOptions)}

--expect may be given several times and all must hold:
  exit=0x10, status=33, deadHalt, hang, shutdown, reset, tripleFault, limit, limit=idle, limit=busy,
  limit=waitsForKey, limit=firmware (nothing was booted), text=/…/ (printed on any port),
  screen=/…/ (shown). Without /…/ a text is taken literally.
With texts and screens alone the run stops as soon as all have come.

As a cargo runner ("runner = 'kerneltest run'"): what cargo puts after the image is ignored, and
[package.metadata.bootimage] and [package.metadata.kerneltest] of Cargo.toml are read.
`
}

/** `kerneltest inspect --help` */
export function inspectHelp(): string {
  return `kerneltest inspect IMAGE [OPTIONS]

Says what IMAGE is: its segments, its entry, every way it can boot, and every flaw with its consequence
and its mend. Status 1 means that no way to boot it is left.

${optionTable([{ ...jsonOption, help: 'print the same as one JSON object' }])}
`
}

/** `kerneltest report --help` */
export function reportHelp(): string {
  return `kerneltest report [DIRECTORY] [OPTIONS]

Writes the last run of the project in DIRECTORY (default: the working directory) as one self-contained
HTML page: screenshots with their references and differences, and the serial logs of failed tests.

${optionTable(reportOptions)}
`
}

/** `kerneltest doctor --help` */
export function doctorHelp(): string {
  return `kerneltest doctor

Lists the engines with their versions, what is missing, and what to do about it. Status 3 means that one
of them does not work. KERNELTEST_QEMU names another QEMU than the one in PATH. It has no options.
`
}

function optionTable(options: readonly Option[]): string {
  return table(options.map((option) => [spell(option), option.help]))
}

function spell({ name, value }: Option): string {
  return value === null ? `--${name}` : `--${name} ${value}`
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join('\n')
}
