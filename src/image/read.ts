import { KernelTestError } from '../support/errors.ts'
import type { ByteSource } from './byte-source.ts'
import { hasBootSignature, readDisk } from './disk.ts'
import { isElf } from './elf.ts'
import { readElfImage } from './elf-image.ts'
import { foreignFormat, isText } from './foreign.ts'
import { readGpt } from './gpt.ts'
import type { Image } from './image.ts'
import { isIso, readIso } from './iso.ts'
import { isLinux, readLinux } from './linux.ts'
import { sectorSize } from './sector.ts'

const headSize = 4096

/**
 * Says what the image is, from a few of its sectors. `name` is what messages call it (its path).
 *
 * Throws KT1005 (empty), KT1006 (no image), KT1011 (must be converted), and for ELF files KT1007 to KT1010.
 * What a user could boot, or nearly, is an {@link Image}, its faults told as flaws.
 */
export function readImage(source: ByteSource, name: string): Image {
  if (source.size === 0) {
    const hint = 'Look at the build step that makes it: it has failed, or it is still running.'
    throw new KernelTestError('KT1005', `${name} is empty`, hint)
  }
  const head = source.read(0, headSize)
  if (isElf(head)) return readElfImage(source, name)
  if (isIso(source)) return readIso(source)
  if (isLinux(head)) return readLinux(source)
  const foreign = foreignFormat(head)
  if (foreign !== null) throw new KernelTestError('KT1011', `${name} is ${foreign.what}`, foreign.hint)
  if (hasBootSignature(head) || readGpt(source) !== null) return readDisk(source)
  if (isText(head)) throw noImage(`${name} is a text file`)
  if (source.size < sectorSize) {
    const size = source.size === 1 ? '1 byte' : `${source.size} bytes`
    throw noImage(`${name} has ${size}: too few for a boot sector (512), and it is no ELF file`)
  }
  return readDisk(source)
}

function noImage(reason: string): KernelTestError {
  const hint = 'Hand over the kernel that your build makes: an ELF file, a disk image, an ISO or a bzImage.'
  return new KernelTestError('KT1006', reason, hint)
}
