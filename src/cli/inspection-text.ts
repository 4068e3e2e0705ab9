import type { Flaw } from '../image/flaw.ts'
import type { ElToritoEntry, Partition } from '../image/image.ts'
import { type FloppyFormat, floppyName } from '../support/floppy-formats.ts'
import type {
  InspectedContract,
  InspectedElf,
  InspectedSegment,
  InspectedWay,
  Inspection,
} from './inspection.ts'

type Row = readonly string[]
type IsoFacts = Extract<Inspection, { kind: 'iso' }>['iso']
type DiskFacts = Extract<Inspection, { kind: 'disk' }>['disk']
type LinuxFacts = Extract<Inspection, { kind: 'linux' }>['linux']

/** What `kerneltest inspect` prints for a person. */
export function inspectionText(inspection: Inspection): string {
  const sections = [
    `${inspection.path}: ${title(inspection)}`,
    table([['size', bytes(inspection.size)], ['sha256', inspection.sha256], ...facts(inspection)]),
    ...details(inspection),
    ways(inspection),
    flaws(inspection.flaws),
  ]
  return `${sections.join('\n\n')}\n`
}

function title(inspection: Inspection): string {
  switch (inspection.kind) {
    case 'elf': {
      const { bits, type, machine } = inspection.elf
      return `ELF${bits} ${type === 'executable' ? 'executable' : 'position-independent executable'} for ${machine}`
    }
    case 'disk':
      return diskTitle(inspection.disk)
    case 'iso':
      return 'ISO 9660 image'
    case 'linux':
      return 'Linux bzImage'
  }
}

function diskTitle({ gpt, floppy }: DiskFacts): string {
  if (floppy) return `floppy disk of ${floppyName(floppy)}`
  return gpt ? 'disk with a GPT' : 'raw disk'
}

function facts(inspection: Inspection): Row[] {
  switch (inspection.kind) {
    case 'elf':
      return elfFacts(inspection.elf)
    case 'disk':
      return diskFacts(inspection.disk)
    case 'iso':
      return isoFacts(inspection.iso)
    case 'linux':
      return linuxFacts(inspection.linux)
  }
}

function elfFacts({ entry, symbols, contracts }: InspectedElf): Row[] {
  const headers = contracts.map(contract)
  return [
    ['entry', entry.symbol === null ? entry.address : `${entry.address} (${entry.symbol})`],
    ['symbols', symbols === 0 ? 'none' : String(symbols)],
    ['boot headers', headers.length === 0 ? 'none' : headers.join('; ')],
  ]
}

function contract(header: InspectedContract): string {
  switch (header.kind) {
    case 'multiboot1': {
      const entry = header.entry === null ? '' : `, entry ${header.entry}`
      return `multiboot1 at ${header.fileOffset}, flags ${header.flags}${entry}`
    }
    case 'multiboot2': {
      const tags = header.tags.length === 0 ? 'no tags' : `tags ${header.tags.join(', ')}`
      return `multiboot2 at ${header.fileOffset}, ${tags}`
    }
    case 'pvh':
      return `PVH note, entry ${header.entry}`
  }
}

function diskFacts({ bootSignature, efiSystem, floppy }: DiskFacts): Row[] {
  return [
    ...(floppy ? [['geometry', geometry(floppy)]] : []),
    ['boot signature', bootSignature ? '55 AA' : 'none'],
    ['EFI system', efiSystem ? 'found' : 'none'],
  ]
}

function geometry({ cylinders, heads, sectorsPerTrack }: FloppyFormat): string {
  return `${cylinders} cylinders, ${heads === 1 ? '1 head' : `${heads} heads`}, ${sectorsPerTrack} sectors`
}

function isoFacts({ volume, hybrid }: IsoFacts): Row[] {
  return [
    ['volume', volume === '' ? 'unnamed' : volume],
    ['hybrid', hybrid ? 'yes: also a disk' : 'no'],
  ]
}

function linuxFacts(linux: LinuxFacts): Row[] {
  return [
    ['version', linux.version ?? 'not told'],
    ['boot protocol', linux.protocolVersion],
    ['64-bit entry', linux.has64BitEntry ? 'yes' : 'no'],
    ['setup code', bytes(linux.setupSize)],
    ['load address', `${linux.preferredAddress}${linux.relocatable ? ', relocatable' : ''}`],
    ['command line', `up to ${bytes(linux.commandLineMax)}`],
  ]
}

function details(inspection: Inspection): string[] {
  switch (inspection.kind) {
    case 'elf':
      return segments(inspection.elf.segments)
    case 'disk':
      return partitions(inspection.disk.partitions)
    case 'iso':
      return bootEntries(inspection.iso.bootEntries)
    case 'linux':
      return []
  }
}

function segments(list: readonly InspectedSegment[]): string[] {
  if (list.length === 0) return []
  const head = ['#', 'virtual', 'physical', 'in file', 'in memory', 'access']
  const rows = list.map((segment) => [
    String(segment.index),
    segment.virtualAddress,
    segment.physicalAddress,
    segment.fileSize,
    segment.memorySize,
    segment.access,
  ])
  return [`segments:\n${table([head, ...rows], [0, 1, 2, 3, 4])}`]
}

function partitions(list: readonly Partition[]): string[] {
  if (list.length === 0) return []
  const head = ['#', 'type', 'name', 'first sector', 'sectors', 'bootable']
  const rows = list.map(({ number, type, name, firstSector, sectors, bootable }) => [
    String(number),
    type,
    name,
    String(firstSector),
    String(sectors),
    bootable ? 'yes' : '',
  ])
  return [`partitions:\n${table([head, ...rows], [0, 3, 4])}`]
}

function bootEntries(list: readonly ElToritoEntry[]): string[] {
  if (list.length === 0) return []
  const head = ['firmware', 'emulation', 'start sector', 'sectors of 512']
  const rows = list.map(({ platform, emulation, startSector, sectors }) => [
    platform,
    emulation,
    String(startSector),
    String(sectors),
  ])
  return [`boot entries:\n${table([head, ...rows], [2, 3])}`]
}

function ways({ ways: list, boot, flaws: found }: Inspection): string {
  if (list.length === 0) return 'ways to boot: none'
  const rows = table(
    list.map(({ protocol, firmware, reason }, index) => [
      protocol,
      ...(boot === null ? [] : [index === 0 ? 'chosen' : '']),
      firmware.length === 0 ? reason : `${reason} (firmware ${firmware.join(' or ')})`,
    ]),
  ).split('\n')
  const lines = list.flatMap((way, index) => [rows[index] ?? '', ...remarks(way)])
  if (found.some(({ severity }) => severity === 'fatal')) lines.push('  none is chosen: see the fatal flaws')
  else if (boot === null) lines.push('  none is chosen: the first is the default, and it fails')
  return ['ways to boot:', ...lines].join('\n')
}

function remarks({ notes, problem }: InspectedWay): string[] {
  const lines = notes.map((note) => `    note: ${note}`)
  if (problem === null) return lines
  return [...lines, `    fails with ${problem.code}: ${problem.reason}`, `    mend: ${problem.hint}`]
}

function flaws(list: readonly Flaw[]): string {
  if (list.length === 0) return 'flaws: none'
  const told = list.map(({ id, severity, what, consequence, mend }) =>
    [`  ${severity}: ${what} [${id}]`, `    so:   ${consequence}`, `    mend: ${mend}`].join('\n'),
  )
  return `flaws:\n${told.join('\n')}`
}

/** Columns as wide as their widest cell, two blanks between, indented by two; `right`: numbers. */
function table(rows: readonly Row[], right: readonly number[] = []): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    })
  }
  const padded = (cell: string, column: number): string => {
    const width = widths[column] ?? 0
    return right.includes(column) ? cell.padStart(width) : cell.padEnd(width)
  }
  return rows.map((row) => `  ${row.map(padded).join('  ')}`.trimEnd()).join('\n')
}

function bytes(size: number): string {
  return `${size.toLocaleString('en-US')} ${size === 1 ? 'byte' : 'bytes'}`
}
