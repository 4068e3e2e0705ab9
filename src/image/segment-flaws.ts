import { hex } from '../support/hex.ts'
import type { ElfFile } from './elf.ts'
import type { Flaw } from './flaw.ts'
import type { ElfSegment } from './image.ts'

const page = 4096n
const gib4 = 1n << 32n
/** Video memory, option ROMs and the BIOS (0xa0000 to 1 MiB). */
const lowHole = { start: 0xa0000n, end: 0x100000n }
/** The interrupt vectors and the BIOS data area: what firmware and boot loaders still use. */
const biosDataEnd = 0x500n
/** 48-bit linear addresses: bits 63 to 47 are alike (SDM vol. 1 §3.3.7.1). */
const lowerHalfEnd = 1n << 47n
const upperHalfStart = (1n << 64n) - (1n << 47n)

/** What is wrong with the segments: each alone, then pairs of neighbours. */
export function segmentFlaws(segments: readonly ElfSegment[], elf: ElfFile, fileLength: number): Flaw[] {
  if (segments.length === 0) return [noSegments]
  const top = 1n << BigInt(elf.bits)
  const wraps = ({ virtualAddress, physicalAddress, memorySize }: ElfSegment): boolean =>
    virtualAddress + memorySize > top || physicalAddress + memorySize > top
  const sound = segments.filter((segment) => !wraps(segment))
  return [
    ...about(segments.filter(wraps), addressWrap),
    ...about(
      segments.filter((segment) => segment.fileOffset + segment.fileSize > fileLength),
      pastEnd,
    ),
    ...about(
      segments.filter((segment) => BigInt(segment.fileSize) > segment.memorySize),
      fileExceedsMemory,
    ),
    ...about(
      sound.filter((segment) => elf.bits === 64 && !canonical(segment)),
      nonCanonical,
    ),
    ...about(
      sound.filter((segment) => physicalEnd(segment) > gib4),
      above4GiB,
    ),
    ...about(sound.filter(inLowMemory), lowMemory),
    ...about(
      segments.filter(({ writable, executable }) => writable && executable),
      writableExecutable,
    ),
    ...about(
      segments.filter((segment) => misaligned(segment, elf)),
      unaligned,
    ),
    ...overlaps(sound),
    ...sharedPages(sound),
  ]
}

type Told = Omit<Flaw, 'what'> & { readonly what: (named: string, many: boolean) => string }

/** One flaw for all the segments that have it. */
function about(segments: readonly ElfSegment[], told: Told): Flaw[] {
  if (segments.length === 0) return []
  const named = segments.slice(0, 4).map(({ index }) => String(index))
  const more = segments.length - named.length
  if (more > 0) named.push(`${more} more`)
  const last = named.pop() ?? ''
  const list = named.length === 0 ? `segment ${last}` : `segments ${named.join(', ')} and ${last}`
  return [{ ...told, what: told.what(list, segments.length > 1) }]
}

const noSegments: Flaw = {
  id: 'no-segments',
  severity: 'fatal',
  what: 'no PT_LOAD segment',
  consequence: 'there is nothing to put into memory',
  mend: 'link with a linker script that places .text; look at the result with readelf -l',
}

const addressWrap: Told = {
  id: 'address-wrap',
  severity: 'fatal',
  what: (named, many) => `${named} ${many ? 'run' : 'runs'} past the last address`,
  consequence: 'the end lies below the beginning: no loader can place that',
  mend: 'look at the addresses and sizes with readelf -lW; a symbol in the linker script has overflowed',
}

const pastEnd: Told = {
  id: 'segment-past-end',
  severity: 'fatal',
  what: (named, many) => `${named} ${many ? 'lie' : 'lies'} partly past the end of the file`,
  consequence: 'the file was cut short: some of the code or data is missing',
  mend: 'build or download it again',
}

const fileExceedsMemory: Told = {
  id: 'file-size-exceeds-memory-size',
  severity: 'fatal',
  what: (named, many) => `${named} ${many ? 'have' : 'has'} more bytes in the file than in memory`,
  consequence:
    'the ELF specification forbids it, and loaders differ: refused here, cut off or overrunning there',
  mend: 'let the linker write the sizes: p_memsz is p_filesz plus .bss',
}

const nonCanonical: Told = {
  id: 'non-canonical-address',
  severity: 'fatal',
  what: (named, many) => `${named} ${many ? 'lie' : 'lies'} at a non-canonical address`,
  consequence: 'bits 63 to 47 differ: the first access in 64-bit mode is a general-protection fault',
  mend: 'link below 0x0000800000000000 or from 0xffff800000000000 up',
}

const above4GiB: Told = {
  id: 'segment-above-4-gib',
  severity: 'warning',
  what: (named, many) => `${named} ${many ? 'have their' : 'has its'} physical address above 4 GiB`,
  consequence:
    'multiboot and PVH load below 4 GiB only; a direct start in 64-bit mode finds them another place',
  mend: 'give the sections a load address: .text : AT(ADDR(.text) - KERNEL_VIRTUAL_BASE) { … }',
}

const lowMemory: Told = {
  id: 'segment-in-low-memory',
  severity: 'warning',
  what: (named, many) =>
    `${named} ${many ? 'lie' : 'lies'} where the PC keeps video memory, ROM or BIOS data`,
  consequence: 'what is loaded there is lost, or overwrites what firmware and boot loader still need',
  mend: 'load at 1 MiB or above: . = 1M; in the linker script',
}

const writableExecutable: Told = {
  id: 'writable-executable-segment',
  severity: 'warning',
  what: (named, many) => `${named} ${many ? 'are' : 'is'} writable and executable`,
  consequence: 'a stray write changes code without a fault, and injected data can run',
  mend: 'put .text into a segment of its own: PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }',
}

const unaligned: Told = {
  id: 'unaligned-segment',
  severity: 'warning',
  what: (named) => `${named}: address and file offset differ modulo the alignment, or it is no power of two`,
  consequence:
    'the ELF specification forbids it; loaders that map the file by pages put it in the wrong place',
  mend: 'let the linker assign file offsets; do not patch p_offset or p_align afterwards',
}

function canonical({ virtualAddress, memorySize }: ElfSegment): boolean {
  return virtualAddress + memorySize <= lowerHalfEnd || virtualAddress >= upperHalfStart
}

function physicalEnd({ physicalAddress, memorySize }: ElfSegment): bigint {
  return physicalAddress + memorySize
}

function inLowMemory(segment: ElfSegment): boolean {
  const { physicalAddress } = segment
  if (physicalAddress < biosDataEnd) return true
  return physicalAddress < lowHole.end && physicalEnd(segment) > lowHole.start
}

function misaligned(segment: ElfSegment, elf: ElfFile): boolean {
  const { alignment = 0n, fileOffset = 0n, virtualAddress = 0n } = elf.programs[segment.index] ?? {}
  if (alignment <= 1n) return false
  if ((alignment & (alignment - 1n)) !== 0n) return true
  return (virtualAddress - fileOffset) % alignment !== 0n
}

interface Space {
  readonly name: 'physical' | 'virtual'
  readonly start: (segment: ElfSegment) => bigint
}

const physical: Space = { name: 'physical', start: (segment) => segment.physicalAddress }
const virtual: Space = { name: 'virtual', start: (segment) => segment.virtualAddress }

/** Pairs that follow each other in `space` and for which `clash` holds. */
function neighbours(
  segments: readonly ElfSegment[],
  space: Space,
  clash: (endOfFirst: bigint, startOfSecond: bigint, first: ElfSegment, second: ElfSegment) => boolean,
): [ElfSegment, ElfSegment][] {
  const pairs: [ElfSegment, ElfSegment][] = []
  const sorted = segments
    .filter(({ memorySize }) => memorySize > 0n)
    .sort((one, other) => (space.start(one) < space.start(other) ? -1 : 1))
  let furthest: ElfSegment | undefined
  for (const segment of sorted) {
    if (furthest !== undefined) {
      const end = space.start(furthest) + furthest.memorySize
      if (clash(end, space.start(segment), furthest, segment)) pairs.push([furthest, segment])
      if (space.start(segment) + segment.memorySize <= end) continue
    }
    furthest = segment
  }
  return pairs
}

const overlapConsequence = {
  physical: 'the one that is loaded last overwrites the other; kerneltest refuses to load that (KT2005)',
  virtual: 'one address cannot show both: the page tables of kernel or loader hide one of them',
}

function overlaps(segments: readonly ElfSegment[]): Flaw[] {
  const seen = new Set<string>()
  return [physical, virtual].flatMap((space) =>
    neighbours(segments, space, (end, start) => start < end)
      .filter(([first, second]) => once(seen, first, second))
      .slice(0, 4)
      .map(
        ([first, second]): Flaw => ({
          id: 'segments-overlap',
          severity: 'warning',
          what: `segments ${first.index} and ${second.index} overlap at ${space.name} ${hex(space.start(second))}`,
          consequence: overlapConsequence[space.name],
          mend: `check the location counter${space === physical ? ' and the AT() addresses' : ''} in the linker script`,
        }),
      ),
  )
}

function once(seen: Set<string>, first: ElfSegment, second: ElfSegment): boolean {
  const pair = `${first.index} ${second.index}`
  if (seen.has(pair)) return false
  seen.add(pair)
  return true
}

function sharedPages(segments: readonly ElfSegment[]): Flaw[] {
  const differ = (first: ElfSegment, second: ElfSegment): boolean =>
    first.writable !== second.writable || first.executable !== second.executable
  return neighbours(
    segments,
    virtual,
    (end, start, first, second) =>
      start >= end && (end - 1n) / page === start / page && differ(first, second),
  )
    .slice(0, 4)
    .map(([first, second]) => ({
      id: 'segments-share-page',
      severity: 'warning',
      what: `segments ${first.index} and ${second.index} share the page at ${hex((second.virtualAddress / page) * page)}`,
      consequence: 'a page has one set of permissions: one of the two gets more, or less, than it asks for',
      mend: 'put `. = ALIGN(4K);` between them in the linker script',
    }))
}
