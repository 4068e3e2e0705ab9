import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BootPlan, Medium } from '../../boot/plan.ts'

/** In bytes: over two cylinders of 16 heads and 63 sectors, the least that QEMU says of any disk. */
const least = 1 << 20

/**
 * The plan with copies of small disks in `directory`, padded with zeros, in place of the files themselves. On
 * a q35 alone: its BIOS boots from no disk that has fewer sectors than the geometry says (SeaBIOS 1.16,
 * `get_translation`), and an image of a boot sector and little more is that small.
 */
export function padSmallDisks(plan: BootPlan, directory: string): BootPlan {
  if (plan.machine.shape !== 'q35') return plan
  return {
    ...plan,
    media: plan.media.map((medium, index) => padded(medium, join(directory, `disk${index}`))),
  }
}

function padded(medium: Medium, copy: string): Medium {
  if (medium.kind !== 'disk') return medium
  const path = resolve(medium.path)
  // A file that is gone is QEMU's to tell.
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? least
  if (size >= least) return medium
  const bytes = new Uint8Array(least)
  bytes.set(readFileSync(path).subarray(0, least))
  writeFileSync(copy, bytes)
  return { ...medium, path: copy }
}
