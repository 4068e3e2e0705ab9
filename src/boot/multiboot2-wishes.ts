import type { Multiboot2Header, Multiboot2Tag } from '../image/image.ts'
import { LittleEndian } from '../support/bytes.ts'
import { KernelTestError } from '../support/errors.ts'
import type { AddressFields } from './address-fields.ts'

/** What a multiboot2 header asks of its loader. */
export interface Multiboot2Wishes {
  readonly address: AddressFields | null
  /** Physical. */
  readonly entry: bigint | null
  readonly relocatable: boolean
  readonly notes: readonly string[]
}

/** Multiboot2 2.0 §3.1.4 to §3.1.13: types of header tags. */
const headerTag = {
  informationRequest: 1,
  address: 2,
  entryAddress: 3,
  consoleFlags: 4,
  framebuffer: 5,
  moduleAlignment: 6,
  efiBootServices: 7,
  entryAddressEfi32: 8,
  entryAddressEfi64: 9,
  relocatable: 10,
} as const

/**
 * §3.6: names of the information tags, for messages. All are known to a loader; not all exist on a machine
 * with BIOS.
 */
const informationNames = [
  'end',
  'command line',
  'boot loader name',
  'modules',
  'basic memory information',
  'BIOS boot device',
  'memory map',
  'VBE information',
  'framebuffer',
  'ELF sections',
  'APM table',
  'EFI 32-bit system table',
  'EFI 64-bit system table',
  'SMBIOS tables',
  'ACPI old RSDP',
  'ACPI new RSDP',
  'network information',
  'EFI memory map',
  'EFI boot services',
  'EFI 32-bit image handle',
  'EFI 64-bit image handle',
  'load base address',
]

/** Reads the tags. Throws KT2008 for a required tag that is not known or cannot be had. */
export function multiboot2Wishes({ tags }: Multiboot2Header): Multiboot2Wishes {
  let address: AddressFields | null = null
  let entry: bigint | null = null
  const notes: string[] = []
  for (const tag of tags) {
    const payload = new LittleEndian(tag.payload)
    switch (tag.type) {
      case headerTag.informationRequest:
        checkInformation(tag, payload)
        break
      case headerTag.address:
        checkPayload(tag, 16)
        address = {
          header: payload.u32(0),
          loadStart: payload.u32(4),
          loadEnd: payload.u32(8),
          bssEnd: payload.u32(12),
        }
        break
      case headerTag.entryAddress:
        checkPayload(tag, 4)
        entry = BigInt(payload.u32(0))
        break
      case headerTag.framebuffer:
        notes.push(...framebufferNotes(tag, payload))
        break
      default:
        if (!Object.values<number>(headerTag).includes(tag.type) && !tag.optional) throw unknownTag(tag)
    }
  }
  return { address, entry, relocatable: tags.some(({ type }) => type === headerTag.relocatable), notes }
}

/**
 * §3.1.4. As in GRUB, a loader must know the tags that are asked for; a machine need not have what they
 * describe.
 */
function checkInformation(tag: Multiboot2Tag, payload: LittleEndian): void {
  if (tag.optional) return
  for (let offset = 0; offset + 4 <= payload.length; offset += 4) {
    const type = payload.u32(offset)
    if (type < informationNames.length) continue
    throw required(`information tag ${type}, which the specification does not define`)
  }
}

/** §3.1.10. A depth of 0 leaves the choice to the loader, and the machine starts in text mode. */
function framebufferNotes(tag: Multiboot2Tag, payload: LittleEndian): string[] {
  checkPayload(tag, 12)
  const [width, height, depth] = [payload.u32(0), payload.u32(4), payload.u32(8)]
  if (depth === 0) return []
  const mode = `a framebuffer of ${width} × ${height} with ${depth} bits per pixel`
  if (!tag.optional) throw required(`${mode}, and kerneltest starts it in text mode`)
  return [`the header asks for ${mode}: it gets 80 × 25 text`]
}

function checkPayload({ type, payload }: Multiboot2Tag, size: number): void {
  if (payload.length >= size) return
  throw new KernelTestError(
    'KT2012',
    `the multiboot2 header's tag ${type} is ${payload.length + 8} bytes long and must be ${size + 8}`,
    'Count the tag itself: 2 bytes of type, 2 of flags, 4 of size, then its fields.',
  )
}

function unknownTag({ type }: Multiboot2Tag): KernelTestError {
  return required(`tag ${type}, which the specification does not define`)
}

function required(what: string): KernelTestError {
  return new KernelTestError(
    'KT2008',
    `the multiboot2 header requires ${what}`,
    'Set bit 0 ("optional") of the tag\'s flags, leave it out, or boot the kernel from an ISO with GRUB.',
  )
}
