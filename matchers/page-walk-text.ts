import type { AddressSpace } from '../src/observe/address-space.ts'
import { rangeRows } from '../src/observe/address-space-table.ts'
import type { PageEntry, PageWalk, Permissions } from '../src/observe/page-walk.ts'
import { type PagingLevel, type PagingMode, pagingLevels } from '../src/observe/paging.ts'
import { hex } from '../src/support/hex.ts'
import { firstEndingAfter } from './mapped-parts.ts'

export type Permission = keyof Permissions

/** One permission bit of an entry (SDM vol. 3 §4.5.4). */
interface PermissionBit {
  readonly bit: number
  readonly manualName: string
  /** The value of the bit that allows. */
  readonly allows: 0n | 1n
}

const permissionBits: Readonly<Record<Permission, PermissionBit>> = {
  writable: { bit: 1, manualName: 'R/W', allows: 1n },
  user: { bit: 2, manualName: 'U/S', allows: 1n },
  executable: { bit: 63, manualName: 'XD', allows: 0n },
}

/**
 * The entries on the way of an address, one a line, root first; those that make it not as wanted are marked
 * with the bit.
 * @param wrong the permissions that are not as they should be.
 */
export function describeWalk(space: AddressSpace, linear: bigint, wrong: readonly Permission[]): string {
  const walk = space.walk(linear)
  const lines = walk.path.map((entry, index) => {
    const last = index === walk.path.length - 1
    const level = levelOf(space.mode, entry)
    const marks = [
      ...(last ? endMark(walk, entry, space) : []),
      ...wrong.filter((name) => has(level, name)).flatMap((name) => mark(walk, entry, name, last)),
    ]
    const digits = 2 * (level?.entrySize ?? 8)
    const text = `  ${entry.level.padEnd(5)} at ${hex(entry.at, 16)} is ${hex(entry.value, digits)}`
    return marks.length === 0 ? text : `${text}  <- ${marks.join(', ')}`
  })
  return lines.length === 0 ? '' : ['The entries on the way:', ...lines].join('\n')
}

function levelOf(mode: PagingMode, { level }: PageEntry): PagingLevel | undefined {
  return pagingLevels(mode).find(({ name }) => name === level)
}

/** Whether entries of a level can take the permission away. */
function has(level: PagingLevel | undefined, permission: Permission): boolean {
  if (!level?.hasRights) return false
  return permissionBits[permission].bit < 8 * level.entrySize
}

function endMark({ end }: PageWalk, entry: PageEntry, { noExecute }: AddressSpace): string[] {
  if (end === 'notPresent') return ['not present: bit 0 (P) is clear']
  if (end === 'reservedBit') {
    const isXd = entry.value >> 63n === 1n && !noExecute
    const bit = isXd ? 'bit 63 (XD) is set while EFER.NXE is clear' : 'a reserved bit is set'
    return [`${bit}: every access faults`]
  }
  return end === 'unreadable' ? ['no memory is behind the table that it points to'] : []
}

/** Marks each entry that takes the permission away; where none does, the last one, which could. */
function mark(walk: PageWalk, entry: PageEntry, permission: Permission, last: boolean): string[] {
  if (!walk.mapping) return []
  const { bit, manualName, allows } = permissionBits[permission]
  const value = (entry.value >> BigInt(bit)) & 1n
  const marked = walk.mapping[permission] ? last : value !== allows
  return marked ? [`bit ${bit} (${manualName}) is ${value === 1n ? 'set' : 'clear'}`] : []
}

const shownNeighbours = 2

/** The ranges around an address, as a table. */
export function neighbours(space: AddressSpace, linear: bigint): string {
  const ranges = space.ranges()
  const index = firstEndingAfter(ranges, linear)
  const around = ranges.slice(Math.max(0, index - shownNeighbours), index + shownNeighbours + 1)
  if (around.length === 0) return 'Nothing is mapped.'
  const heading =
    around.length === ranges.length ? 'Mapped are:' : `Mapped around it (of ${ranges.length} ranges):`
  return [heading, ...rangeRows(around).map((row) => `  ${row}`.trimEnd())].join('\n')
}
