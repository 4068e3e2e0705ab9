import { bootWays } from '../boot/boot-ways.ts'
import { makePlan } from '../boot/make-plan.ts'
import type { BootProtocol } from '../boot/plan.ts'
import type { Flaw } from '../image/flaw.ts'
import type { BootContract, DiskImage, ElfImage, Image, IsoImage, LinuxImage } from '../image/image.ts'
import { checkOptions } from '../session/options.ts'
import { KernelTestError } from '../support/errors.ts'
import { hex } from '../support/hex.ts'

/**
 * What `kerneltest inspect --json` prints. Stable: fields are added, never changed or taken away.
 * Addresses, offsets and sizes inside an ELF file are texts as `0xffffffff88000000`: they may exceed 2^53.
 */
export type Inspection = Common &
  (
    | { readonly kind: 'elf'; readonly elf: InspectedElf }
    | { readonly kind: 'disk'; readonly disk: Omit<DiskImage, 'kind' | 'source' | 'flaws'> }
    | { readonly kind: 'iso'; readonly iso: Omit<IsoImage, 'kind' | 'source' | 'flaws'> }
    | { readonly kind: 'linux'; readonly linux: InspectedLinux }
  )

interface Common {
  /** As the user wrote it. */
  readonly path: string
  /** In bytes. */
  readonly size: number
  readonly sha256: string
  /** How `boot` and `kerneltest run` start it unless told otherwise; null where that cannot work. */
  readonly boot: BootProtocol | null
  readonly ways: readonly InspectedWay[]
  readonly flaws: readonly Flaw[]
}

/** One way to start the image, tried with every option at its default. */
export interface InspectedWay {
  readonly protocol: BootProtocol
  /** Which firmware finds something to run; empty where none takes part. */
  readonly firmware: readonly ('bios' | 'uefi')[]
  /** What in the image offers it. */
  readonly reason: string
  /** What the boot does differently from what the image says. */
  readonly notes: readonly string[]
  /** The error that this way ends in; null where it can start. */
  readonly problem: { readonly code: string; readonly reason: string; readonly hint: string } | null
}

export interface InspectedElf {
  readonly bits: 32 | 64
  readonly type: 'executable' | 'shared'
  readonly machine: 'x86' | 'x86-64'
  readonly entry: { readonly address: string; readonly symbol: string | null }
  readonly segments: readonly InspectedSegment[]
  readonly contracts: readonly InspectedContract[]
  /** How many were found. */
  readonly symbols: number
}

export interface InspectedSegment {
  /** Among the program headers, as readelf counts them. */
  readonly index: number
  readonly virtualAddress: string
  readonly physicalAddress: string
  readonly fileOffset: string
  readonly fileSize: string
  readonly memorySize: string
  /** As `r-x`. */
  readonly access: string
}

export type InspectedContract =
  | {
      readonly kind: 'multiboot1'
      readonly fileOffset: string
      readonly flags: string
      readonly entry: string | null
    }
  | { readonly kind: 'multiboot2'; readonly fileOffset: string; readonly tags: readonly number[] }
  | { readonly kind: 'pvh'; readonly entry: string }

export type InspectedLinux = Omit<
  LinuxImage,
  'kind' | 'source' | 'flaws' | 'protocolVersion' | 'preferredAddress'
> & {
  /** As `2.15`. */
  readonly protocolVersion: string
  readonly preferredAddress: string
}

/** The facts about an image, ready to print. Reads its symbols. */
export function inspection(
  image: Image,
  file: { readonly path: string; readonly sha256: string },
): Inspection {
  const ways = bootWays(image).map((way): InspectedWay => ({ ...way, ...tried(image, file, way.protocol) }))
  const fatal = image.flaws.some(({ severity }) => severity === 'fatal')
  const [first] = ways
  const boot = fatal || first === undefined || first.problem !== null ? null : first.protocol
  const about = { path: file.path, size: image.source.size, sha256: file.sha256 }
  const verdict = { boot, ways, flaws: image.flaws }
  switch (image.kind) {
    case 'elf':
      return { ...about, kind: 'elf', ...verdict, elf: elfFacts(image) }
    case 'disk': {
      const { bootSignature, gpt, floppy, efiSystem, partitions } = image
      const disk = { bootSignature, gpt, floppy, efiSystem, partitions }
      return { ...about, kind: 'disk', ...verdict, disk }
    }
    case 'iso': {
      const { volume, hybrid, bootEntries } = image
      return { ...about, kind: 'iso', ...verdict, iso: { volume, hybrid, bootEntries } }
    }
    case 'linux':
      return { ...about, kind: 'linux', ...verdict, linux: linuxFacts(image) }
  }
}

/** Makes the plan, which is where a boot that cannot work is found out. */
function tried(
  image: Image,
  file: { readonly path: string; readonly sha256: string },
  protocol: BootProtocol,
): Pick<InspectedWay, 'notes' | 'problem'> {
  try {
    const plan = makePlan(image, file, { ...checkOptions({ protocol }), modules: [] })
    return { notes: plan.provenance.notes, problem: null }
  } catch (error) {
    if (!(error instanceof KernelTestError)) throw error
    return { notes: [], problem: { code: error.code, reason: error.reason, hint: error.hint } }
  }
}

function elfFacts(image: ElfImage): InspectedElf {
  const place = image.symbols.at(image.entry)
  const offset = place === null || place.offset === 0n ? '' : `+${hex(place.offset)}`
  return {
    bits: image.bits,
    type: image.type,
    machine: image.machine,
    entry: { address: hex(image.entry), symbol: place === null ? null : `${place.symbol.name}${offset}` },
    segments: image.segments.map((segment) => ({
      index: segment.index,
      virtualAddress: hex(segment.virtualAddress),
      physicalAddress: hex(segment.physicalAddress),
      fileOffset: hex(segment.fileOffset),
      fileSize: hex(segment.fileSize),
      memorySize: hex(segment.memorySize),
      access: [
        segment.readable ? 'r' : '-',
        segment.writable ? 'w' : '-',
        segment.executable ? 'x' : '-',
      ].join(''),
    })),
    contracts: image.contracts.map(contractFacts),
    symbols: image.symbols.symbols.length,
  }
}

function contractFacts(contract: BootContract): InspectedContract {
  switch (contract.kind) {
    case 'multiboot1': {
      const { kind, fileOffset, flags, load } = contract
      return { kind, fileOffset: hex(fileOffset), flags: hex(flags), entry: load && hex(load.entry) }
    }
    case 'multiboot2': {
      const { kind, fileOffset, tags } = contract
      return { kind, fileOffset: hex(fileOffset), tags: tags.map(({ type }) => type) }
    }
    case 'pvh':
      return { kind: 'pvh', entry: hex(contract.entry) }
  }
}

function linuxFacts({ kind, source, flaws, ...facts }: LinuxImage): InspectedLinux {
  return {
    ...facts,
    protocolVersion: `${facts.protocolVersion >> 8}.${facts.protocolVersion & 0xff}`,
    preferredAddress: hex(facts.preferredAddress),
  }
}
