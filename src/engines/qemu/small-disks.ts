import { copyFileSync, statSync, truncateSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BootPlan, Medium } from '../../boot/plan.ts'

/** In bytes: two cylinders of 16 heads and 63 sectors, the least that QEMU says of any disk, and some more. */
const least = 1 << 20

/**
 * The plan with copies of small disks in `directory`, padded with zeros, in place of the files themselves.
 * On a q35 alone: there the BIOS reads no disk at all that has fewer sectors than its geometry says
 * (SeaBIOS 1.16, `get_translation`), and boot sectors are that small.
 */
export function padSmallDisks(plan: BootPlan, directory: string): BootPlan {
  if (plan.machine.shape !== 'q35') return plan
  return { ...plan, media: plan.media.map((medium, index) => padded(medium, join(directory, `disk${index}`))) }
}

function padded(medium: Medium, copy: string): Medium {
  if (medium.kind !== 'disk') return medium
  // A file that is gone is QEMU's to tell.
  const size = statSync(medium.path, { throwIfNoEntry: false })?.size ?? least
  if (size >= least) return medium
  copyFileSync(resolve(medium.path), copy)
  truncateSync(copy, least)
  return { ...medium, path: copy }
}
