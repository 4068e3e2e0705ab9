import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BootPlan, Medium } from '../../boot/plan.ts'

/** In bytes: over two cylinders of 16 heads and 63 sectors, the least that QEMU says of any disk. */
const least = 1 << 20

/**
 * The plan with copies in `directory` in place of the files themselves: of floppy disks, which keep what the
 * guest writes while they are out of their drive; and of small disks, padded with zeros, on a q35 alone: its
 * BIOS boots from no disk that has fewer sectors than the geometry says (SeaBIOS 1.16, `get_translation`),
 * and an image of a boot sector and little more is that small.
 */
export function copyOwnMedia(plan: BootPlan, directory: string): BootPlan {
  const { shape } = plan.machine
  return {
    ...plan,
    media: plan.media.map((medium) => {
      const copy = join(directory, `${medium.kind}-${medium.id}`)
      if (medium.kind === 'floppy') return copied(medium, copy)
      return medium.kind === 'disk' && shape === 'q35' ? padded(medium, copy) : medium
    }),
  }
}

/** A file that is gone is QEMU's to tell. */
const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? null

function copied(medium: Medium, copy: string): Medium {
  const path = medium.path && resolve(medium.path)
  if (path === null || sizeOf(path) === null) return medium
  copyFloppy(path, copy)
  return { ...medium, path: copy }
}

/** A copy that the guest may write to, whatever the mode of the file. */
export function copyFloppy(path: string, copy: string): void {
  writeFileSync(copy, readFileSync(path))
}

function padded(medium: Medium, copy: string): Medium {
  const path = medium.path && resolve(medium.path)
  const size = path === null ? null : sizeOf(path)
  if (path === null || size === null || size >= least) return medium
  const bytes = new Uint8Array(least)
  bytes.set(readFileSync(path))
  writeFileSync(copy, bytes)
  return { ...medium, path: copy }
}
