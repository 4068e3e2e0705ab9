import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { XDG_CACHE_HOME = join(homedir(), '.cache') } = process.env
const cache = join(XDG_CACHE_HOME, 'kerneltest', 'debian')
const script = fileURLToPath(new URL('../../scripts/fetch-guests.sh', import.meta.url))

export type GuestPackage =
  | 'memtest86+'
  | 'linux-image-cloud-amd64'
  | 'busybox-static'
  | 'isolinux'
  | 'syslinux-common'
  | 'ipxe'

/**
 * A file of a Debian package: the first of `folder` whose name begins so. `scripts/fetch-guests.sh` unpacks
 * packages that are not there yet; a test whose guest cannot be had fails.
 */
export function guestFile(name: GuestPackage, folder: string, beginning: string): string {
  const inside = join(debianPackage(name), folder)
  const found = readdirSync(inside).find((file) => file.startsWith(beginning))
  if (found === undefined) throw new Error(`Debian's ${name} has no ${folder}/${beginning}…: ${inside}`)
  return join(inside, found)
}

function debianPackage(name: GuestPackage): string {
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  const { status, stderr, error } = spawnSync('sh', [script, name], { encoding: 'utf8' })
  if (status === 0) return folder
  const said = error?.message ?? stderr
  throw new Error(
    `Debian's ${name}, a guest of this test, is missing: sh scripts/fetch-guests.sh said\n${said}`,
  )
}
