import type { BootOptions } from '../session/boot-options.ts'
import { parseCpu } from '../session/cpu-option.ts'
import { checkBootOrder, checkStartTime } from '../session/options.ts'
import { durationNs, memoryMiB } from '../session/quantities.ts'
import { KernelTestError } from '../support/errors.ts'
import type { Option } from './parse-arguments.ts'

export const jsonOption: Option = {
  name: 'json',
  value: null,
  help: 'print one JSON object, and nothing else, on standard output',
}

/**
 * The options of `kerneltest run`: one table for the parser, the help and `[package.metadata.kerneltest]`.
 */
export const runOptions: readonly Option[] = [
  { name: 'engine', value: 'NAME', help: 'what runs the guest: auto (default), embedded or qemu' },
  { name: 'machine', value: 'NAME', help: 'pc (default) or q35' },
  { name: 'memory', value: 'SIZE', help: 'as 512M or 2G; default 128M, 256M with UEFI' },
  { name: 'cpus', value: 'NUMBER', help: 'default 1' },
  { name: 'cpu', value: 'MODEL', help: 'x86-64-v2 or max, with features: x86-64-v2,+la57,+pku; or +la57' },
  { name: 'seed', value: 'NUMBER', help: 'where the random numbers of RDRAND begin' },
  { name: 'firmware', value: 'NAME', help: 'bios (default) or uefi, for disks and ISOs' },
  { name: 'cmdline', value: 'TEXT', help: "the kernel's command line" },
  { name: 'module', value: 'FILE', repeatable: true, help: 'a multiboot module; for Linux the initrd' },
  { name: 'disk', value: 'FILE', repeatable: true, help: 'a further disk, never written to' },
  { name: 'floppy', value: 'FILE', repeatable: true, help: 'in a further floppy drive; none: an empty one' },
  { name: 'cd', value: 'FILE', repeatable: true, help: 'in a further CD drive; none: an empty one' },
  { name: 'boot-order', value: 'DRIVES', help: 'first tried first, as cd1,boot; default boot, the image' },
  { name: 'start-time', value: 'TIME', help: 'what the clock shows at power-on, as 2024-02-29T23:59:30' },
  {
    name: 'protocol',
    value: 'NAME',
    help: 'how to boot: one of those that inspect names, default the first',
  },
  {
    name: 'until',
    value: 'POINT',
    help: 'stop there: a symbol, 0xADDRESS, text=/…/, screen=/…/ or waitsForKey',
  },
  { name: 'expect', value: 'END', repeatable: true, help: 'how the run should go; default exit=0x10' },
  { name: 'limit', value: 'TIME', help: 'guest time, as 500ms, 30s, 2m; default 30s, 60s with UEFI' },
  { name: 'exit-port', value: 'PORT', help: 'of isa-debug-exit, as 0xf4, 0x501,2 (with its size) or none' },
  { name: 'screenshot', value: 'FILE', help: 'write the last screen as PNG' },
  jsonOption,
]

/** How an option's values, by option name, become options of `boot`. What is not given is left out. */
export function bootOptionsOf(values: ReadonlyMap<string, readonly string[]>): BootOptions {
  const one = (name: string) => values.get(name)?.[0]
  const given: { [Name in keyof BootOptions]: BootOptions[Name] | undefined } = {
    // `boot` checks the names itself, with the hints that it gives to tests.
    engine: one('engine') as BootOptions['engine'],
    machine: one('machine') as BootOptions['machine'],
    firmware: one('firmware') as BootOptions['firmware'],
    memory: quantityOf('memory', one('memory'), memoryMiB, 'Give whole MiB, as `512M` or `2G`.'),
    cpus: numberOf('cpus', one('cpus')),
    cpu: cpuOf(one('cpu'), numberOf('seed', one('seed'))),
    commandLine: one('cmdline'),
    modules: values.get('module'),
    disks: values.get('disk'),
    floppies: values.get('floppy')?.map(fileOrNone),
    cds: values.get('cd')?.map(fileOrNone),
    bootOrder: bootOrderOf(one('boot-order')),
    startTime: startTimeOf(one('start-time')),
    protocol: one('protocol') as BootOptions['protocol'],
    limit: quantityOf('limit', one('limit'), durationNs, 'Give its unit too, as `500ms`, `30s` or `2m`.'),
    exitPort: exitPortOf(one('exit-port')),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function bootOrderOf(text: string | undefined): readonly string[] | undefined {
  const hint = 'Name each drive once, first tried first, as `cd1,boot`.'
  const names = (drives: string) => drives.split(',').map((name) => name.trim())
  return told('boot-order', text, hint, (option, drives) => checkBootOrder(option, names(drives)))
}

function startTimeOf(text: string | undefined): string | undefined {
  const hint = 'Give a date from 1980 to 2099 and a time, as `2024-02-29T23:59:30`.'
  return told('start-time', text, hint, checkStartTime)
}

/** In a drive. */
function fileOrNone(text: string): string | null {
  return text === 'none' ? null : text
}

function cpuOf(text: string | undefined, seed: number | undefined): BootOptions['cpu'] | undefined {
  if (text === undefined && seed === undefined) return undefined
  return { ...(text !== undefined && parseCpu(text)), ...(seed !== undefined && { seed }) }
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^(?:0x[0-9a-f]+|\d+)$/i.test(text)) return Number(text)
  throw new KernelTestError('KT6002', `\`--${name}\` cannot be "${text}"`, 'Give a number, as 2 or 0x501.')
}

function exitPortOf(text: string | undefined): BootOptions['exitPort'] | undefined {
  if (text === undefined) return undefined
  if (text === 'none') return false
  const [, digits, bytes] = /^(0x[0-9a-f]+|\d+)(?:,(?:0x)?0*([124]))?$/i.exec(text) ?? []
  const port = Number(digits)
  if (!(port <= 0xffff)) {
    const hint = 'Give a port up to 0xffff, as `0xf4`; its size of 1, 2 or 4 bytes as `0x501,2`; or `none`.'
    throw new KernelTestError('KT6002', `\`--exit-port\` cannot be "${text}"`, hint)
  }
  return bytes === undefined ? port : { port, size: Number(bytes) as 1 | 2 | 4 }
}

function quantityOf(
  name: string,
  text: string | undefined,
  check: (option: string, value: string) => unknown,
  hint: string,
): string | undefined {
  told(name, text, hint, check)
  return text
}

/** Tests may give other values than texts: here the error is about texts alone. */
function told<T>(
  name: string,
  text: string | undefined,
  hint: string,
  check: (option: string, value: string) => T,
): T | undefined {
  try {
    return text === undefined ? undefined : check(`--${name}`, text)
  } catch (error) {
    if (!(error instanceof KernelTestError)) throw error
    throw new KernelTestError('KT6002', `\`--${name}\` cannot be "${text}"`, hint)
  }
}
