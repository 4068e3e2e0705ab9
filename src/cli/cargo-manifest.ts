import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { didYouMean } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'
import type { Option } from './parse-arguments.ts'

/** What a kernel's `Cargo.toml` says about running it, as values of options, and what could not be used. */
export interface CargoSettings {
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly notes: readonly string[]
}

/** What the manifest says: the settings, and which crate starts the kernel, where one does. */
export interface CargoManifest extends CargoSettings {
  readonly bootCrate: BootCrate | null
}

/** A crate whose loader makes a disk image of the kernel. Without it nobody makes the kernel's `BootInfo`. */
export interface BootCrate {
  readonly name: string
  /** How to come to the image. */
  readonly mend: string
}

const bootCrates: readonly BootCrate[] = [
  { name: 'bootloader', mend: 'let `bootimage runner` make the disk image and call kerneltest' },
  { name: 'bootloader_api', mend: 'give kerneltest the disk image that `bootloader::BiosBoot` makes' },
]

type Table = Readonly<Record<string, unknown>>

/**
 * The settings of the package that cargo runs: `[package.metadata.bootimage]`, and over them
 * `[package.metadata.kerneltest]`, whose keys are the names of `options`.
 * @param directory `$CARGO_MANIFEST_DIR`, which cargo sets for its runner.
 * @throws KernelTestError KT6004 where the manifest is no TOML, KT6005 for a key of ours that does not exist.
 */
export function readCargoManifest(directory: string, options: readonly Option[]): CargoManifest {
  const path = join(directory, 'Cargo.toml')
  const manifest = readManifest(path)
  const metadata = tableAt(tableAt(manifest, 'package'), 'metadata')
  const bootimage = bootimageSettings(tableAt(metadata, 'bootimage'))
  const ours = ourSettings(path, tableAt(metadata, 'kerneltest'), options)
  const dependencies = tableAt(manifest, 'dependencies')
  return {
    values: new Map([...bootimage.values, ...ours]),
    notes: bootimage.notes,
    bootCrate: bootCrates.find(({ name }) => name in dependencies) ?? null,
  }
}

function readManifest(path: string): Table {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return {}
  }
  try {
    return parse(text)
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new KernelTestError(
      'KT6004',
      `${path}: ${reason}`,
      'Mend the manifest: cargo cannot read it either.',
    )
  }
}

function tableAt(table: Table, key: string): Table {
  const value = table[key]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {}
}

function ourSettings(
  path: string,
  table: Table,
  options: readonly Option[],
): ReadonlyMap<string, readonly string[]> {
  const names = options.filter(({ value }) => value !== null).map(({ name }) => name)
  const values = new Map<string, readonly string[]>()
  for (const [key, value] of Object.entries(table)) {
    if (!names.includes(key)) {
      const guess = didYouMean(key, names)
      const hint = guess === '' ? `The keys are ${names.join(', ')}.` : guess
      throw new KernelTestError(
        'KT6005',
        `${path}: [package.metadata.kerneltest] has no key \`${key}\``,
        hint,
      )
    }
    values.set(key, (Array.isArray(value) ? value : [value]).map(String))
  }
  return values
}

/**
 * The keys of `bootimage` 0.10 that say what the machine is and what success is; the others are about QEMU
 * and the build.
 */
function bootimageSettings(table: Table): CargoSettings {
  const values = new Map<string, readonly string[]>()
  const notes: string[] = []
  const success = table['test-success-exit-code']
  if (typeof success === 'number') values.set('expect', [`status=${success}`])
  const timeout = table['test-timeout']
  if (typeof timeout === 'number' && timeout > 0) values.set('limit', [`${timeout}s`])
  const testArguments = table['test-args']
  if (Array.isArray(testArguments)) readQemuArguments(testArguments.map(String), values, notes)
  return { values, notes }
}

/** Options of QEMU that kerneltest has an answer of its own to. */
const handledQemuOptions: ReadonlyMap<string, boolean> = new Map([
  ['serial', true],
  ['display', true],
  ['monitor', true],
  ['nographic', false],
  ['no-reboot', false],
  ['no-shutdown', false],
])

function readQemuArguments(
  qemuArguments: readonly string[],
  values: Map<string, readonly string[]>,
  notes: string[],
): void {
  for (let i = 0; i < qemuArguments.length; i++) {
    const name = (qemuArguments[i] ?? '').replace(/^--?/, '')
    const takesValue = handledQemuOptions.get(name) ?? !(qemuArguments[i + 1] ?? '-').startsWith('-')
    const value = takesValue ? (qemuArguments[++i] ?? '') : ''
    const fields = new Map(
      value.split(',').map((field) => field.split('=', 2) as [string, string | undefined]),
    )
    if (name === 'device' && fields.has('isa-debug-exit')) {
      values.set('exit-port', [`${fields.get('iobase') ?? '0x501'},${fields.get('iosize') ?? '2'}`])
    } else if (name === 'm') values.set('memory', [fields.get('size') ?? value.split(',')[0] ?? ''])
    else if (name === 'smp') values.set('cpus', [fields.get('cpus') ?? value.split(',')[0] ?? ''])
    else if (!handledQemuOptions.has(name)) {
      notes.push(
        `\`-${[name, value].join(' ').trim()}\` of test-args in Cargo.toml is for QEMU and was left out`,
      )
    }
  }
}
