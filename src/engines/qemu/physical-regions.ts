/** A stretch of the physical address space that one thing answers. */
export interface PhysicalRegion {
  readonly start: bigint
  /** Its last byte. */
  readonly last: bigint
  readonly kind: 'ram' | 'rom' | 'device'
  /** QEMU's name for it. */
  readonly name: string
}

/** Physical video memory below 1 MiB: a device to QEMU, memory to everybody else. */
export const videoWindow = 'vga-lowmem'

const regionLine = /^ +([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, ([^)]+)\): (.+)$/

/**
 * Parses `info mtree -f` (QEMU softmmu/memory.c): the regions of the view that CPUs have outside SMM, by
 * address.
 */
export function parseFlatViews(text: string): readonly PhysicalRegion[] {
  const view = text.split(/^FlatView #\d+$/m).find((part) => /^ AS "memory",/m.test(part))
  return (view ?? '').split('\n').flatMap((line) => {
    const [, start, last, type, name] = regionLine.exec(line) ?? []
    if (start === undefined || last === undefined || type === undefined || name === undefined) return []
    return [
      { start: BigInt(`0x${start}`), last: BigInt(`0x${last}`), kind: kindOf(type), name: plainName(name) },
    ]
  })
}

/** `romd` is flash memory while it can be read like memory. */
function kindOf(type: string): PhysicalRegion['kind'] {
  if (type === 'ram' || type === 'nv-ram') return 'ram'
  return type === 'rom' || type === 'romd' || type === 'nv-rom' ? 'rom' : 'device'
}

/** Without the offset of a part (`pc.ram @00000000000c0000`) and the owner. */
function plainName(name: string): string {
  return name.replace(/ @[0-9a-f]{16}| (owner|parent):.*$/g, '')
}
