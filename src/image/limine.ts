import { hex } from '../support/hex.ts'
import type { Flaw } from './flaw.ts'
import { type HeaderWindow, magicOffsets } from './header-window.ts'

/** LIMINE_COMMON_MAGIC: the first half of every request's identity (Limine boot protocol, "Features"). */
const commonMagic = [0xdf4c8b88, 0xc7b1dd30, 0xa194f07b, 0x0a82e883] as const

/** A kernel whose only contract is Limine's: nobody but Limine answers what it asks for. */
export function limineFlaw(windows: readonly HeaderWindow[]): Flaw | null {
  for (const { at, bytes } of windows) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (const offset of magicOffsets(bytes, commonMagic[0])) {
      const isRequest =
        offset + 16 <= bytes.length &&
        commonMagic.every((word, index) => view.getUint32(offset + 4 * index, true) === word)
      if (isRequest) return unanswered(at + offset)
    }
  }
  return null
}

function unanswered(offset: number): Flaw {
  return {
    id: 'limine-requests',
    severity: 'warning',
    what: `the kernel asks for the Limine boot protocol (a request at ${hex(offset)} of the file)`,
    consequence: 'started without Limine it finds its requests unanswered, and most such kernels halt then',
    mend: 'boot the ISO or the disk image that your build puts Limine and this kernel on',
  }
}
