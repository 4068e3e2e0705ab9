import { KernelTestError } from '../support/errors.ts'
import type { ByteSource } from './byte-source.ts'
import type { Flaw } from './flaw.ts'
import { foreignFormat, isText } from './foreign.ts'
import { hasVolume, isIso } from './iso.ts'

const headSize = 4096

/** The drive that a file is put into. */
export type MediumKind = 'disk' | 'floppy' | 'cdrom'

/**
 * What is odd about a file that a drive is to have as it is. A guest may keep anything on a medium, so all
 * but a virtual machine's disk is a warning. `name` is what messages call it.
 * @throws KernelTestError KT1011 for what no guest could read.
 */
export function mediumFlaws(source: ByteSource, name: string, kind: MediumKind): readonly Flaw[] {
  const head = source.read(0, headSize)
  const foreign = foreignFormat(head)
  if (foreign?.isVirtualDisk) throw new KernelTestError('KT1011', `${name} is ${foreign.what}`, foreign.hint)
  if (foreign !== null) return [notRaw(foreign.what, foreign.hint)]
  if (head.length > 0 && isText(head)) return [notRaw('a text file', 'Name the image that the build makes.')]
  if (kind === 'floppy' && isIso(source)) return [cdInFloppyDrive]
  return kind === 'cdrom' && !hasVolume(source) ? [noVolume] : []
}

function notRaw(what: string, hint: string): Flaw {
  return {
    id: 'not-raw',
    severity: 'warning',
    what: `the file is ${what}`,
    consequence: 'the guest finds its bytes on the medium as they are',
    mend: hint.charAt(0).toLowerCase() + hint.slice(1).replace(/\.$/, ''),
  }
}

const cdInFloppyDrive: Flaw = {
  id: 'cd-in-floppy-drive',
  severity: 'warning',
  what: 'a floppy drive has an ISO 9660 image in it',
  consequence: 'the guest finds a floppy disk without a file system that floppy disks have',
  mend: 'put it into a drive for CDs: the option cds',
}

const noVolume: Flaw = {
  id: 'no-volume',
  severity: 'warning',
  what: 'sector 16 of the CD begins no volume of ISO 9660 or UDF',
  consequence: 'neither a BIOS nor a file system of a guest finds anything on it',
  mend: 'make an ISO 9660 image (xorriso -as mkisofs), or attach the file with the option disks',
}
