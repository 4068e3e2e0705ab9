import { LittleEndian } from '../support/bytes.ts'

/** A format that kerneltest recognises and cannot boot as it is. */
export interface ForeignFormat {
  /** With its article. */
  readonly what: string
  readonly hint: string
  /** A whole disk in a form that only virtual machines read. */
  readonly isVirtualDisk: boolean
}

interface Signature {
  readonly what: string
  readonly at: number
  readonly bytes: readonly number[]
  readonly hint: string
}

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0))
const unpack = (command: string): string => `Unpack it first: ${command}`
const convert = 'Convert it first: qemu-img convert -O raw FILE disk.img'

const signatures: readonly Signature[] = [
  { what: 'compressed with gzip', at: 0, bytes: [0x1f, 0x8b, 8], hint: unpack('gunzip -k FILE') },
  { what: 'compressed with xz', at: 0, bytes: [0xfd, ...ascii('7zXZ')], hint: unpack('unxz -k FILE') },
  { what: 'compressed with bzip2', at: 0, bytes: ascii('BZh'), hint: unpack('bunzip2 -k FILE') },
  { what: 'compressed with zstd', at: 0, bytes: [0x28, 0xb5, 0x2f, 0xfd], hint: unpack('unzstd FILE') },
  { what: 'a zip archive', at: 0, bytes: [...ascii('PK'), 3, 4], hint: unpack('unzip FILE') },
  { what: 'a qcow2 disk', at: 0, bytes: [...ascii('QFI'), 0xfb], hint: convert },
  { what: 'a VMware disk', at: 0, bytes: ascii('KDMV'), hint: convert },
  { what: 'a VirtualBox disk', at: 0x40, bytes: [0x7f, 0x10, 0xda, 0xbe], hint: convert },
  { what: 'a VHDX disk', at: 0, bytes: ascii('vhdxfile'), hint: convert },
  { what: 'a VHD disk', at: 0, bytes: ascii('conectix'), hint: convert },
  {
    what: 'a Mach-O program',
    at: 0,
    bytes: [0xcf, 0xfa, 0xed, 0xfe],
    hint: 'It is for macOS. Build for a bare-metal target, such as x86_64-unknown-none or x86_64-elf.',
  },
  {
    what: 'a static library',
    at: 0,
    bytes: ascii('!<arch>\n'),
    hint: 'Link it into a kernel first (Rust: a binary crate, or crate-type = ["bin"]).',
  },
]

/** PE/COFF: the offset of its header is at 0x3c; subsystems 10 to 12 are EFI's. */
const peOffsetAt = 0x3c
const peSubsystemAt = 0x5c

/** The known format that the file begins with, or null. `head` is the first 4 KiB. */
export function foreignFormat(head: Uint8Array): ForeignFormat | null {
  const known = signatures.find(({ at, bytes }) => bytes.every((byte, index) => head[at + index] === byte))
  if (known === undefined) return portableExecutable(head)
  const { what, hint } = known
  return { what, hint, isVirtualDisk: hint === convert }
}

function portableExecutable(head: Uint8Array): ForeignFormat | null {
  const view = new LittleEndian(head)
  if (head.length < peOffsetAt + 4 || view.text(0, 2) !== 'MZ') return null
  const at = view.u32(peOffsetAt)
  if (at + peSubsystemAt + 2 > head.length || view.text(at, 4) !== 'PE') return null
  const subsystem = view.u16(at + peSubsystemAt)
  if (subsystem >= 10 && subsystem <= 12) {
    return {
      what: 'an EFI application',
      hint: 'Put it as /EFI/BOOT/BOOTX64.EFI on a FAT disk image (mformat, mmd, mcopy) and boot that with firmware uefi.',
      isVirtualDisk: false,
    }
  }
  return {
    what: 'a Windows program',
    hint: 'Build for a bare-metal target, such as x86_64-unknown-none or x86_64-elf.',
    isVirtualDisk: false,
  }
}

/** A text file: UTF-8 without control characters but the usual ones, in what begins it. */
export function isText(head: Uint8Array): boolean {
  const usual = (byte: number): boolean => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b
  if (!head.every(usual)) return false
  try {
    // As a stream: what begins the file may end inside a character.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return true
  } catch {
    return false
  }
}
