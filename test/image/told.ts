import { bytesSource } from '../../src/image/byte-source.ts'
import type { Flaw } from '../../src/image/flaw.ts'
import type { ElfImage, Image } from '../../src/image/image.ts'
import { type MediumKind, mediumFlaws } from '../../src/image/medium.ts'
import { readImage } from '../../src/image/read.ts'
import { KernelTestError } from '../../src/support/errors.ts'

/** Reads bytes under the name `image`. */
export function read(bytes: Uint8Array): Image {
  return readImage(bytesSource(bytes), 'image')
}

export function readElfBytes(bytes: Uint8Array): ElfImage {
  const image = read(bytes)
  if (image.kind !== 'elf') throw new Error(`an ELF image was expected, not ${image.kind}`)
  return image
}

/** Every flaw whole, as text for a snapshot. */
function told(flaws: readonly Flaw[]): string {
  return flaws
    .map(
      ({ id, severity, what, consequence, mend }) =>
        `${severity} ${id}\n  ${what}\n  ${consequence}\n  ${mend}`,
    )
    .join('\n')
}

/** Only the flaws of these names. */
export function flawsOf(bytes: Uint8Array, ...ids: readonly Flaw['id'][]): string {
  return told(read(bytes).flaws.filter(({ id }) => ids.includes(id)))
}

/** Every flaw of bytes that are put into a drive, or the message of the coded error. */
export function toldOfMedium(kind: MediumKind, bytes: Uint8Array): string {
  try {
    return told(mediumFlaws(bytesSource(bytes), 'medium', kind))
  } catch (error) {
    if (error instanceof KernelTestError) return error.message
    throw error
  }
}

/** The message of the coded error that reading these bytes ends in. */
export function refusal(bytes: Uint8Array): string {
  try {
    read(bytes)
  } catch (error) {
    if (error instanceof KernelTestError) return error.message
    throw error
  }
  throw new Error('these bytes were read without an error')
}
