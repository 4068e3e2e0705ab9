import type { AddressSpace } from '../src/observe/address-space.ts'
import { pagingSummary, sizeText } from '../src/observe/address-space-table.ts'
import type { Permissions } from '../src/observe/page-walk.ts'
import { linearBits } from '../src/observe/paging.ts'
import { KernelTestError } from '../src/support/errors.ts'
import { hex } from '../src/support/hex.ts'
import { checkOptions } from './check-arguments.ts'
import { mappedParts, type RangePart } from './mapped-parts.ts'
import type { Matcher, Surroundings } from './matcher.ts'
import { failureMessage } from './message.ts'
import { describeWalk, neighbours, type Permission } from './page-walk-text.ts'
import { protectionHints } from './protection-hints.ts'

/** What the mapping must be like; what is left out may be anything. */
export interface ToMapOptions extends Partial<Permissions> {
  /** The physical address that the linear one leads to; those of a range follow each other. */
  readonly to?: bigint | number
  /** In bytes: all of them must be mapped so. Default 1. */
  readonly size?: bigint | number
}

/**
 * The page tables map a linear address, or a range, with the given permissions. Decided at once, on the
 * machine as it stands. With `.not` no byte of the range may be mapped so.
 */
export const toMap: Matcher<'addressSpace', [linear: bigint | number, options?: ToMapOptions]> = {
  name: 'toMap',
  reads: 'addressSpace',

  waitFor: () => 'nothing',

  judge(space, around, negated, linear, options = {}) {
    const wanted = wantedOf(linear, options)
    for (const part of mappedParts(space, wanted.linear, wanted.size)) {
      const fits = isMappedSo(part, wanted)
      // Of what the bound on tables left out neither presence nor absence is known.
      const decides = part.end === 'unknown' || fits === negated
      if (decides) return { pass: negated, message: () => message(space, around, negated, wanted, part) }
    }
    return { pass: !negated, message: () => '' }
  },
}

interface Wanted extends Partial<Permissions> {
  readonly linear: bigint
  readonly size: bigint
  readonly to: bigint | null
}

function wantedOf(linear: bigint | number, { to, size = 1n, ...permissions }: ToMapOptions): Wanted {
  checkOptions('toMap', permissions, ['to', 'size', ...permissionNames])
  const wanted = {
    ...permissions,
    linear: address('the linear address', linear),
    size: address('size', size),
    to: to === undefined ? null : address('to', to),
  }
  if (wanted.size > 0n && wanted.linear + wanted.size <= 1n << 64n) return wanted
  throw new KernelTestError(
    'KT5002',
    `toMap got the size ${wanted.size} at ${hex(wanted.linear)}`,
    'A range has at least one byte and ends at or below 2^64.',
  )
}

function address(what: string, value: bigint | number): bigint {
  const exact = typeof value === 'bigint' || Number.isSafeInteger(value)
  if (exact && value >= 0 && value < 1n << 64n) return BigInt(value)
  throw new KernelTestError(
    'KT5002',
    `toMap got ${what} ${String(value)}`,
    'Write it as a bigint, with an n at its end: 0xffffffff80000000n. A number is exact up to 2^53 only.',
  )
}

const permissionNames: readonly Permission[] = ['writable', 'executable', 'user']

function wrongPermissions({ mapping }: RangePart, wanted: Wanted): Permission[] {
  return permissionNames.filter(
    (name) => mapping !== null && wanted[name] !== undefined && wanted[name] !== mapping[name],
  )
}

function leadsTo({ linear }: RangePart, wanted: Wanted): bigint | null {
  return wanted.to === null ? null : wanted.to + (linear - wanted.linear)
}

function isMappedSo(part: RangePart, wanted: Wanted): boolean {
  if (!part.mapping || wrongPermissions(part, wanted).length > 0) return false
  return wanted.to === null || part.mapping.physical === leadsTo(part, wanted)
}

function message(
  space: AddressSpace,
  around: Surroundings,
  negated: boolean,
  wanted: Wanted,
  part: RangePart,
): string {
  const wrong = negated ? asked(wanted) : wrongPermissions(part, wanted)
  return failureMessage(
    [
      `Expected the page tables ${negated ? 'not ' : ''}to map ${describeWanted(wanted)}.`,
      `${describePart(space, part, wanted, negated)}\n${describeWalk(space, part.linear, wrong)}`.trimEnd(),
      ...(negated ? [] : [mappedElsewhere(space, part, wanted), ...protectionHints(space, wrong)]),
      `${pagingSummary(space)}.\n${neighbours(space, part.linear)}`,
    ],
    around,
  )
}

function asked(wanted: Wanted): Permission[] {
  return permissionNames.filter((name) => wanted[name] !== undefined)
}

function describeWanted(wanted: Wanted): string {
  const { linear, size, to } = wanted
  const last = linear + size - 1n
  const range = size === 1n ? hex(linear) : `${hex(linear)}–${hex(last)} (${sizeText(size)})`
  const permissions = permissionTexts(wanted)
  return [
    range,
    ...(to === null ? [] : [`at physical ${hex(to)}`]),
    ...(permissions.length === 0 ? [] : [`as ${permissions.join(', ')}`]),
  ].join(' ')
}

const phrases: Readonly<Record<Permission, readonly [yes: string, no: string]>> = {
  writable: ['writable', 'not writable'],
  executable: ['executable', 'not executable'],
  user: ['user-accessible', 'supervisor-only'],
}

function permissionTexts(permissions: Partial<Permissions>): string[] {
  return permissionNames.flatMap((name) => {
    const value = permissions[name]
    return value === undefined ? [] : [phrases[name][value ? 0 : 1]]
  })
}

function whyUnmapped({ mode }: AddressSpace, { end }: RangePart): string {
  if (end === 'unknown')
    return 'is not decided: the page tables are larger than what kerneltest reads, or loop'
  if (end === 'unreadable') return 'is not mapped: a table on the way lies where there is no memory'
  if (end !== 'notAnAddress') return 'is not mapped'
  if (mode === 'none') return 'lies above 4 GiB, which only paging can reach'
  const bits = linearBits(mode)
  if (bits === 32) return `lies above 4 GiB, which ${mode} paging cannot reach`
  return `is not canonical: bits ${bits} to 63 must be the same as bit ${bits - 1}`
}

function describePart(space: AddressSpace, part: RangePart, wanted: Wanted, negated: boolean): string {
  const { linear, mapping } = part
  if (!mapping) return `${hex(linear)} ${whyUnmapped(space, part)}.`
  const is = `${hex(linear)} is mapped at physical ${hex(mapping.physical)}`
  if (negated) return `${[is, ...permissionTexts(mapping)].join(', ')}.`
  const to = leadsTo(part, wanted)
  const wrong = wrongPermissions(part, wanted)
  const faults = [
    ...(to === null || to === mapping.physical ? [] : [`not at ${hex(to)}`]),
    ...permissionTexts(Object.fromEntries(wrong.map((name) => [name, mapping[name]]))).map(
      (text) => `it is ${text}`,
    ),
  ]
  return `${is}, but ${faults.join(', and ')}.`
}

/** Where else the wanted physical address is mapped. */
function mappedElsewhere(space: AddressSpace, part: RangePart, wanted: Wanted): string {
  const to = leadsTo(part, wanted)
  if (to === null || part.mapping?.physical === to) return ''
  const holder = space.ranges().find(({ physical, size }) => physical <= to && to < physical + size)
  if (!holder) return `Physical ${hex(to)} is mapped nowhere.`
  return `Physical ${hex(to)} is mapped at ${hex(holder.linear + (to - holder.physical))}.`
}
