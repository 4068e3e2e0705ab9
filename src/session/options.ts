import type { BootProtocol, CpuOptions, ExitPort, MachineShape } from '../boot/plan.ts'
import { didYouMean } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'
import type { BootOptions } from './boot-options.ts'
import type { EngineChoice } from './choose-engine.ts'
import { checkCpu } from './cpu-option.ts'
import { durationNs, memoryMiB, wrongValue } from './quantities.ts'
import type { Until } from './vm.ts'

/** {@link BootOptions} checked and in one form. Null: the default depends on the image. */
export interface CheckedOptions {
  readonly engine: EngineChoice
  readonly machine: MachineShape
  readonly memoryMiB: number | null
  readonly cpus: number
  readonly cpu: CpuOptions
  readonly firmware: 'bios' | 'uefi' | null
  readonly protocol: BootProtocol | null
  readonly commandLine: string | null
  readonly modules: readonly ModuleFile[]
  readonly disks: readonly string[]
  readonly floppies: readonly (string | null)[]
  readonly cds: readonly (string | null)[]
  readonly bootOrder: readonly string[] | null
  /** Null: none. Undefined: the default, which depends on the protocol. */
  readonly exitPort: ExitPort | null | undefined
  readonly debugConsole: number | null
  /** As in the plan; null: the usual one. */
  readonly startTime: string | null
  readonly until: Until | null
  readonly limitNs: bigint | null
  readonly settleNs: bigint | null
}

export interface ModuleFile {
  readonly path: string
  readonly commandLine: string
}

const engineChoices: readonly EngineChoice[] = ['auto', 'qemu', 'embedded']
const machineShapes: readonly MachineShape[] = ['pc', 'q35']
const firmwares = ['bios', 'uefi'] as const
const protocols: readonly BootProtocol[] = [
  'multiboot1',
  'multiboot2',
  'pvh',
  'elf64',
  'linux',
  'disk',
  'floppy',
  'iso',
]

const optionNames: readonly (keyof BootOptions)[] = [
  'engine',
  'machine',
  'memory',
  'cpus',
  'cpu',
  'firmware',
  'protocol',
  'commandLine',
  'modules',
  'disks',
  'floppies',
  'cds',
  'bootOrder',
  'exitPort',
  'debugConsole',
  'startTime',
  'until',
  'limit',
  'settle',
]

const maxCpus = 255

/**
 * Checks what a user passed to `boot`.
 * @throws KernelTestError KT4001 for an option that does not exist, KT4002 for a value it cannot have, KT4003
 * for an engine, KT4007 for a CPU model or feature.
 */
export function checkOptions(options: BootOptions): CheckedOptions {
  for (const name of Object.keys(options)) {
    if (!optionNames.some((known) => known === name)) throw unknownOption(name)
  }
  const { memory, firmware, protocol, commandLine, limit, settle } = options
  return {
    engine: checkEngine(options.engine ?? process.env['KERNELTEST_ENGINE'] ?? 'auto'),
    machine: oneOf('machine', options.machine ?? 'pc', machineShapes),
    memoryMiB: memory === undefined ? null : memoryMiB('memory', memory),
    cpus: integer('cpus', options.cpus ?? 1, 1, maxCpus),
    cpu: checkCpu(options.cpu),
    firmware: firmware === undefined ? null : oneOf('firmware', firmware, firmwares),
    protocol: protocol === undefined ? null : oneOf('protocol', protocol, protocols),
    commandLine: commandLine === undefined ? null : text('commandLine', commandLine),
    modules: list('modules', options.modules).map(checkModule),
    disks: list('disks', options.disks).map((path) => text('disks', path)),
    floppies: list('floppies', options.floppies).map((path) => pathOrNull('floppies', path)),
    cds: list('cds', options.cds).map((path) => pathOrNull('cds', path)),
    bootOrder: options.bootOrder === undefined ? null : checkBootOrder('bootOrder', options.bootOrder),
    exitPort: checkExitPort(options.exitPort),
    debugConsole: options.debugConsole === false ? null : port('debugConsole', options.debugConsole ?? 0xe9),
    startTime: options.startTime === undefined ? null : checkStartTime('startTime', options.startTime),
    until: options.until ?? null,
    limitNs: limit === undefined ? environmentLimit() : durationNs('limit', limit),
    settleNs: settle === undefined ? null : durationNs('settle', settle),
  }
}

/** For all boots that name none. */
function environmentLimit(): bigint | null {
  const limit = process.env['KERNELTEST_LIMIT']
  return limit === undefined || limit === '' ? null : durationNs('KERNELTEST_LIMIT', limit)
}

function unknownOption(name: string): KernelTestError {
  const guess = didYouMean(name, optionNames)
  const hint = guess === '' ? `The options are ${optionNames.join(', ')}.` : guess
  return new KernelTestError('KT4001', `there is no boot option \`${name}\``, hint)
}

function checkEngine(value: unknown): EngineChoice {
  const engine = engineChoices.find((name) => name === value)
  if (engine !== undefined) return engine
  throw new KernelTestError(
    'KT4003',
    `there is no engine "${String(value)}"`,
    `Engines: ${engineChoices.join(', ')}.`,
  )
}

function checkExitPort(value: BootOptions['exitPort']): ExitPort | null | undefined {
  if (value === undefined) return undefined
  if (value === false) return null
  if (typeof value === 'number') return { port: port('exitPort', value), size: 4 }
  const size = ([1, 2, 4] as const).find((known) => known === value?.size)
  if (typeof value !== 'object' || size === undefined) {
    throw wrongValue('exitPort', value, 'Give a port, or `{ port, size }` with size 1, 2 or 4, or `false`.')
  }
  return { port: port('exitPort', value.port), size }
}

const timePattern = /^(19[89]\d|20\d\d)-\d\d-\d\dT\d\d:\d\d:\d\d$/

/** Years that both engines' clocks can show, and no 30th of February. */
export function checkStartTime(option: string, value: unknown): string {
  const isTime = typeof value === 'string' && timePattern.test(value)
  const date = isTime ? new Date(`${value}Z`) : null
  if (isTime && date && !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(value)) return value
  throw wrongValue(option, value, 'Give a date from 1980 to 2099 and a time, as `2024-02-29T23:59:30`.')
}

/** Names of drives, each once; whether they are there is seen when the machine is known. */
export function checkBootOrder(option: string, value: readonly unknown[]): readonly string[] {
  const names = list(option, value).filter((name) => typeof name === 'string' && name !== '')
  if (names.length > 0 && names.length === value.length && new Set(names).size === names.length)
    return names as string[]
  throw wrongValue(option, value, "Name each drive once, first tried first, as `['cd1', 'boot']`.")
}

function checkModule(value: unknown): ModuleFile {
  if (typeof value === 'string') return { path: value, commandLine: '' }
  if (typeof value === 'object' && value !== null && 'path' in value) {
    const commandLine = 'commandLine' in value ? value.commandLine : undefined
    return { path: text('modules', value.path), commandLine: text('modules', commandLine ?? '') }
  }
  throw wrongValue('modules', value, 'Give each module as a path, or as `{ path, commandLine }`.')
}

function port(option: string, value: unknown): number {
  return integer(option, value, 0, 0xffff)
}

function integer(option: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw wrongValue(option, value, `Give a whole number from ${min} to ${max}.`)
}

function text(option: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw wrongValue(option, value, 'Give a text.')
}

function pathOrNull(option: string, value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  throw wrongValue(option, value, 'Give a path, or null for an empty drive.')
}

function list(option: string, value: readonly unknown[] | undefined): readonly unknown[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value
  throw wrongValue(option, value, 'Give a list.')
}

function oneOf<T extends string>(option: string, value: unknown, known: readonly T[]): T {
  const found = known.find((name) => name === value)
  if (found !== undefined) return found
  const guess = typeof value === 'string' ? didYouMean(value, known) : ''
  throw wrongValue(option, value, guess === '' ? `It is one of ${known.join(', ')}.` : guess)
}
