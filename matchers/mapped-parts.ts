import type { AddressSpace } from '../src/observe/address-space.ts'
import type { MappedRange } from '../src/observe/mapped-runs.ts'
import type { PageWalk, PageWalkEnd, Permissions } from '../src/observe/page-walk.ts'
import { type PagingMode, pagingLevels } from '../src/observe/paging.ts'

/** A part of a range of linear addresses that is mapped in one way, or not at all. */
export interface RangePart {
  readonly linear: bigint
  /** In bytes. */
  readonly size: bigint
  /** Null where it is not mapped, or where that is not known; `end` says which. */
  readonly mapping: (Permissions & { readonly physical: bigint }) | null
  readonly end: PageWalkEnd
}

/** Parts looked at in one range; the rest of it is then unknown. Only tables that loop have so many. */
const maxParts = 100_000

/** Cuts a range of linear addresses into its parts, in order. */
export function* mappedParts(space: AddressSpace, linear: bigint, size: bigint): Generator<RangePart, void> {
  const ranges = space.ranges()
  const end = linear + size
  let index = firstEndingAfter(ranges, linear)
  let at = linear
  for (let count = 0; at < end && count < maxParts; count++) {
    const range = ranges[index]
    const part =
      range && range.linear <= at ? partIn(range, at, end) : gap(space, at, least(range?.linear, end))
    yield part
    at += part.size
    if (range && at >= range.linear + range.size) index++
  }
  if (at < end) yield { linear: at, size: end - at, mapping: null, end: 'unknown' }
}

function partIn(range: MappedRange, at: bigint, end: bigint): RangePart {
  const size = least(range.linear + range.size, end) - at
  return {
    linear: at,
    size,
    mapping: { ...range, physical: range.physical + (at - range.linear) },
    end: 'mapped',
  }
}

/**
 * Between two ranges nothing is mapped, unless the ranges are not all there are: then each entry must be
 * looked up.
 */
function gap(space: AddressSpace, at: bigint, end: bigint): RangePart {
  const walk = space.walk(at)
  const span = space.truncated ? spanOfWalk(walk, space.mode) : null
  const size = span === null ? end - at : least(at - (at % span) + span, end) - at
  return { linear: at, size, mapping: walk.mapping, end: walk.end }
}

/** How many bytes of linear addresses share the walk: those of its last entry. Null for all. */
function spanOfWalk(walk: PageWalk, mode: PagingMode): bigint | null {
  const last = walk.path.at(-1)
  const level = pagingLevels(mode).find(({ name }) => name === last?.level)
  return level ? 1n << BigInt(level.shift) : null
}

/** The first range that reaches over `linear` or lies above it. */
export function firstEndingAfter(ranges: readonly MappedRange[], linear: bigint): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const range = ranges[middle]
    if (range && range.linear + range.size <= linear) low = middle + 1
    else high = middle
  }
  return low
}

function least(a: bigint | undefined, b: bigint): bigint {
  return a !== undefined && a < b ? a : b
}
