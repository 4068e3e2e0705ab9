import { parseArgs } from 'node:util'
import { closestName } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'

/** One option of a command: `name` without its dashes, `value` as the help shows it; null for a switch. */
export interface Option {
  readonly name: string
  readonly short?: string
  readonly value: string | null
  readonly repeatable?: boolean
  readonly help: string
}

export interface Arguments {
  /** The first argument that is no option. */
  readonly image: string | null
  /** Every value that an option was given, by name; a switch has one empty text. */
  readonly values: ReadonlyMap<string, readonly string[]>
  /** What a cargo runner is handed after the image and is not for us. */
  readonly ignored: readonly string[]
}

/**
 * What cargo and IDEs hand to libtest, and so to a cargo runner, after the executable. Some of them look like
 * options of ours.
 */
const libtestOptions: readonly string[] = [
  ...['quiet', 'q', 'nocapture', 'no-capture', 'show-output', 'exact', 'list', 'ignored', 'include-ignored'],
  ...['test', 'bench', 'test-threads', 'format', 'color', 'skip', 'logfile', 'report-time', 'ensure-time'],
  ...['shuffle', 'shuffle-seed', 'force-run-in-process', 'exclude-should-panic', 'Z'],
]

/**
 * Reads the arguments of a command that takes one image. After the image, what is not ours is ignored,
 * because cargo passes on the user's and libtest's arguments there; a misspelt option of ours is an error
 * wherever it stands.
 * @throws KernelTestError KT6001 for an unknown option, KT6002 for a missing or repeated value.
 */
export function parseImageArguments(argv: readonly string[], options: readonly Option[]): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      options.map(({ name, short, value }) => [
        name,
        { type: value === null ? 'boolean' : 'string', ...(short ? { short } : {}) } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const positionals: string[] = []
  const ignored = new Set<number>()
  const values = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind === 'option-terminator') {
      for (let i = token.index; positionals.length > 0 && i < argv.length; i++) ignored.add(i)
    } else if (ignored.has(token.index)) {
      // A cluster of letters is one argument, and what follows `--` is not for us.
    } else if (token.kind === 'positional') {
      if (positionals.length === 0) positionals.push(token.value)
      else ignored.add(token.index)
    } else {
      const option = options.find(({ name }) => name === token.name)
      if (option) record(values, option, token.value, token.inlineValue === true)
      else if (positionals.length > 0 && isNotOurs(token.name, options)) ignored.add(token.index)
      else throw unknownOption(token.rawName, options)
    }
  }
  return { image: positionals[0] ?? null, values, ignored: [...ignored].map((index) => argv[index] ?? '') }
}

function record(
  values: Map<string, string[]>,
  option: Option,
  value: string | undefined,
  isInline: boolean,
): void {
  const raw = `--${option.name}`
  if (option.value === null && value !== undefined) {
    throw new KernelTestError('KT6002', `\`${raw}\` takes no value`, `Give \`${raw}\` alone.`)
  }
  if (option.value !== null && (value === undefined || (!isInline && value.startsWith('--')))) {
    const hint = `Give \`${raw} ${option.value}\`; a value that begins with dashes as \`${raw}=…\`.`
    throw new KernelTestError('KT6002', `\`${raw}\` needs a value`, hint)
  }
  const known = values.get(option.name)
  if (known && !option.repeatable) {
    throw new KernelTestError('KT6002', `\`${raw}\` is given twice`, 'Give it once.')
  }
  values.set(option.name, [...(known ?? []), value ?? ''])
}

function isNotOurs(name: string, options: readonly Option[]): boolean {
  return libtestOptions.includes(name) || closestName(name, names(options)) === null
}

function names(options: readonly Option[]): readonly string[] {
  return options.map(({ name }) => name)
}

/** Of an argument that a command cannot take; `hint` says what it takes. */
export function unknownArgument(argument: string, options: readonly Option[], hint: string): KernelTestError {
  if (argument.startsWith('-')) return unknownOption(argument, options)
  return new KernelTestError('KT6001', `"${argument}" is one argument too many`, hint)
}

export function needsImage(command: string): KernelTestError {
  const hint = `Name it: \`kerneltest ${command} kernel.elf\`.`
  return new KernelTestError('KT6006', `\`kerneltest ${command}\` needs an image`, hint)
}

function unknownOption(raw: string, options: readonly Option[]): KernelTestError {
  const closest = closestName(raw.replace(/^-+/, ''), names(options))
  const hint = closest === null ? 'See `kerneltest --help`.' : `Did you mean \`--${closest}\`?`
  return new KernelTestError('KT6001', `there is no option \`${raw}\``, hint)
}
