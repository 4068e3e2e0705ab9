import { asm, service, text, word } from '../bios/machine-code.ts'
import { layOutRom, type Rom, type RomRow } from '../bios/rom-layout.ts'
import { fonts } from './fonts.ts'
import { romBytes, romEntry, romFonts, romSegment, saveRom, staticFunctionality, vbeRom } from './rom-map.ts'
import { protectedModeTable } from './vbe/int10-protected-mode.ts'
import { vgaIdentity } from './vga-identity.ts'
import { displayCombinations, savePointers, secondaryPointers, videoParameters } from './video-parameters.ts'

const blockBytes = 512
/** Where programs look for an adapter that is compatible. */
const [pciPointer, compatible, name, pciData] = [0x18, 0x1e, 0x40, 0x80] as const
const returnFar = 0xcb

/** PCI Firmware Specification 3.0, 5.1.2: of Bochs' VGA, 1234:1111, class 030000h. */
const pciStructure = [
  ...text('PCIR'),
  ...word(vgaIdentity.vendor),
  ...word(vgaIdentity.device),
  ...word(0),
  ...word(0x18),
  ...[0, 0x00, 0x00, 0x03],
  ...word(romBytes / blockBytes),
  ...word(1),
  ...[0, 0x80],
  ...word(0),
]

/** Modes 0 to 7, 0Dh, 0Eh and 10h to 13h, all heights, and functions, as INT 10h function 1Bh tells them. */
const functionality = [0xff, 0x60, 0x0f, 0, 0, 0, 0, 0x07, 0x02, 0x08, 0xe7, 0x0c, 0, 0, 0, 0]

/** INT 10h function 4F05h for who calls it far: registers are the same. */
const setWindow = [0xb8, ...word(0x4f05), ...asm.int(0x10), ...asm.retf]

const zeroEnded = (characters: string) => [...text(characters), 0]

const vbeRows: readonly RomRow[] = [
  { at: vbeRom.oem, what: 'OEM', code: zeroEnded('kerneltest VGA') },
  { at: vbeRom.vendor, what: 'vendor', code: zeroEnded('kerneltest') },
  { at: vbeRom.product, what: 'product', code: zeroEnded('kerneltest VBE') },
  { at: vbeRom.revision, what: 'revision', code: zeroEnded('1.0') },
  { at: vbeRom.windowFunction, what: 'window function', code: setWindow },
  { at: vbeRom.protectedMode, what: 'protected mode interface', code: protectedModeTable },
]

const saveRows: readonly RomRow[] = [
  { at: saveRom.pointers, what: 'save pointers', code: savePointers },
  { at: saveRom.secondary, what: 'secondary save pointers', code: secondaryPointers },
  { at: saveRom.combinations, what: 'displays', code: displayCombinations },
  { at: saveRom.parameters, what: 'parameters of modes', code: videoParameters },
]

/** An option ROM (PCI Firmware Specification 3.0, 5.1): POST has begun it already. */
function layOut(): Rom {
  const rom = layOutRom(romSegment * 16, romBytes, [
    { at: 0, what: 'signature and size', code: [0x55, 0xaa, romBytes / blockBytes] },
    { at: romEntry.start, what: 'start', code: [returnFar] },
    { at: pciPointer, what: 'pointer to PCI data', code: word(pciData) },
    { at: compatible, what: 'compatibility', code: text('IBM') },
    { at: name, what: 'name', code: text('kerneltest VGA BIOS') },
    { at: pciData, what: 'PCI data', code: pciStructure },
    { at: romEntry.int10, what: 'INT 10h', code: [...service('int10'), ...asm.iret] },
    { at: staticFunctionality, what: 'functionality', code: functionality },
    ...saveRows,
    ...vbeRows,
    ...([8, 14, 16] as const).map((height) => ({
      at: romFonts[height],
      what: `font of ${height} lines`,
      code: fonts[height].glyphs,
    })),
  ])
  let sum = 0
  for (let at = 0; at < romBytes; at++) sum += rom.bytes[at] ?? 0
  rom.bytes[romBytes - 1] = -sum & 0xff
  return rom
}

export const vgaRom: Rom = layOut()
