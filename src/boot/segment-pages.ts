import type { ElfSegment } from '../image/image.ts'
import { KernelTestError } from '../support/errors.ts'
import { hex } from '../support/hex.ts'
import { segmentName } from './elf-segments.ts'
import type { PageAccess } from './page-tables.ts'

/** A segment and where it stands; its virtual and physical address have the same offset in a page. */
export interface PlacedSegment {
  readonly segment: ElfSegment
  readonly physical: bigint
}

export interface PageRange {
  readonly linear: bigint
  readonly physical: bigint
  readonly size: bigint
  readonly access: PageAccess
}

interface SharedPage {
  readonly range: PageRange
  readonly owner: ElfSegment
}

const pageSize = 4096n

/**
 * The page mappings that segments want. A page in which two segments meet lets the kernel do what either
 * allows. Throws KT2005 where they want different physical memory behind it.
 */
export function segmentPages(placed: readonly PlacedSegment[]): PageRange[] {
  const whole: PageRange[] = []
  const edges = new Map<bigint, SharedPage>()
  for (const { segment, physical } of placed) {
    const linear = segment.virtualAddress
    const offset = physical - linear
    const access = { writable: segment.writable, executable: segment.executable }
    const end = linear + segment.memorySize
    const firstWhole = alignUp(linear)
    const lastWhole = end - (end % pageSize)
    if (lastWhole > firstWhole) {
      whole.push({ linear: firstWhole, physical: firstWhole + offset, size: lastWhole - firstWhole, access })
    }
    for (const page of edgePages(linear, end)) {
      const range = { linear: page, physical: page + offset, size: pageSize, access }
      edges.set(page, share(edges.get(page), { range, owner: segment }))
    }
  }
  return [...whole, ...[...edges.values()].map(({ range }) => range)]
}

/** The pages that a range covers in part, once each. */
function edgePages(start: bigint, end: bigint): Set<bigint> {
  const partly = [start, end].filter((at) => at % pageSize !== 0n)
  return new Set(partly.map((at) => at - (at % pageSize)))
}

function share(first: SharedPage | undefined, second: SharedPage): SharedPage {
  if (!first) return second
  const [one, other] = [first.range, second.range]
  if (one.physical !== other.physical) {
    throw new KernelTestError(
      'KT2005',
      `${segmentName(first.owner)} and ${segmentName(second.owner)} meet in the page at ${hex(one.linear)}, but not in memory`,
      'Align each segment to a page in the linker script (ALIGN(4K)), or give both the same distance in AT().',
    )
  }
  const access = {
    writable: one.access.writable || other.access.writable,
    executable: one.access.executable || other.access.executable,
  }
  return { range: { ...one, access }, owner: first.owner }
}

function alignUp(address: bigint): bigint {
  return ((address + pageSize - 1n) / pageSize) * pageSize
}
