import { LittleEndian, padded } from '../support/bytes.ts'
import type { ByteSource } from './byte-source.ts'
import { hasBootSignature } from './disk.ts'
import type { Flaw } from './flaw.ts'
import type { LinuxImage } from './image.ts'
import { sectorSize } from './sector.ts'

/** Linux, Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header". */
const headerEnd = 0x268
const magicAt = 0x202
const defaultSetupSectors = 4
const paragraph = 16
const maxVersionLength = 256

/** Defaults for boot protocols older than the field. */
const oldInitrdMaxAddress = 0x37ffffff
const oldCommandLineMax = 255

/** Whether the file begins as a bzImage: a boot sector that jumps over `HdrS`. */
export function isLinux(head: Uint8Array): boolean {
  return hasBootSignature(head) && new LittleEndian(padded(head, headerEnd)).text(magicAt, 4) === 'HdrS'
}

/** Reads the header of a bzImage; fields that its protocol lacks get the value that it gives them. */
export function readLinux(source: ByteSource): LinuxImage {
  const header = new LittleEndian(padded(source.read(0, headerEnd), headerEnd))
  const protocolVersion = header.u16(0x206)
  const since = <T>(version: number, value: T, before: T): T => (protocolVersion >= version ? value : before)
  const setupSize = ((header.u8(0x1f1) || defaultSetupSectors) + 1) * sectorSize
  const systemSize = header.u32(0x1f4) * paragraph
  return {
    kind: 'linux',
    source,
    protocolVersion,
    version: version(source, since(0x200, header.u16(0x20e), 0), setupSize),
    setupSize,
    loadedHigh: (header.u8(0x211) & 1) === 1,
    has64BitEntry: since(0x20c, (header.u16(0x236) & 1) === 1, false),
    relocatable: since(0x205, header.u8(0x234) !== 0, false),
    alignment: since(0x205, header.u32(0x230), 0),
    preferredAddress: since(0x20a, header.u64(0x258), 0x100000n),
    initSize: since(0x20a, header.u32(0x260), 0),
    initrdMaxAddress: since(0x203, header.u32(0x22c), oldInitrdMaxAddress),
    commandLineMax: since(0x206, header.u32(0x238), oldCommandLineMax),
    flaws: cutShort(source.size, setupSize, since(0x204, systemSize, 0)),
  }
}

/** The text that `file` shows, at an offset from 0x200. */
function version(source: ByteSource, pointer: number, setupSize: number): string | null {
  const at = pointer + sectorSize
  if (pointer === 0 || at >= setupSize) return null
  const text = new LittleEndian(source.read(at, maxVersionLength)).text(0, maxVersionLength)
  return /^[\x20-\x7e]+$/.test(text) ? text : null
}

/** The size is given in 16-byte paragraphs, so that it may be up to 15 bytes too large. */
function cutShort(size: number, setupSize: number, systemSize: number): Flaw[] {
  const missing = setupSize + systemSize - size
  if (missing < paragraph && size > setupSize) return []
  return [
    {
      id: 'kernel-past-end',
      severity: 'fatal',
      what: `the header promises ${setupSize + systemSize} bytes; the file has ${size}`,
      consequence: 'the file was cut short: the kernel would fail to unpack itself',
      mend: 'build or download it again',
    },
  ]
}
