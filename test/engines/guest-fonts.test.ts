import { expect, test } from 'vitest'
import { type BiosCaller, type CallWords, openBiosCaller } from './bios-caller.ts'
import { colorLevels } from './color-levels.ts'
import { eachEngine, embedded, type TestEngine } from './each-engine.ts'

/** Segments of fonts that the guest has: of all characters, and of the upper half of CGA modes. */
const font = { whole: 0x900, upper: 0xb00 } as const
const upperCharacters = 128

/** Glyphs that nobody else has: a byte of each differs from that of any other. */
function glyphs(count: number, height: number): Uint8Array {
  return Uint8Array.from({ length: count * height }, (_, at) => (at * 37 + (at >> 3) * 11) & 0xff)
}

const linear = 0x4000
/** Modes, by INT 10h function 00h or 4F02h, and lines of the guest's characters. */
const modes: readonly (readonly [what: string, set: CallWords, height: number])[] = [
  ['640 × 200, two colors', { ax: 0x06 }, 8],
  ['320 × 200, four colors', { ax: 0x04 }, 8],
  ['320 × 200, planes', { ax: 0x0d }, 8],
  ['640 × 350, planes', { ax: 0x10 }, 14],
  ['640 × 480, planes', { ax: 0x12 }, 16],
  ['320 × 200, 256 colors', { ax: 0x13 }, 8],
  ['640 × 480, banks of 256 colors', { ax: 0x4f02, bx: 0x101 }, 16],
  ['640 × 480, 256 colors', { ax: 0x4f02, bx: linear | 0x101 }, 16],
  ['640 × 480, 15 bits', { ax: 0x4f02, bx: linear | 0x110 }, 16],
  ['800 × 600, 16 bits', { ax: 0x4f02, bx: linear | 0x114 }, 16],
  ['640 × 480, 24 bits', { ax: 0x4f02, bx: linear | 0x112 }, 16],
  ['640 × 480, 32 bits', { ax: 0x4f02, bx: 0x142 }, 16],
]

const vectorOf = async (guest: BiosCaller, number: number) =>
  (await guest.read(0, 4 * number, 4)).toString('hex')

/** Text of a guest that has brought its font: what 0Eh, 09h and 06h make of it, as levels of 6 bits. */
async function pictureOf(engine: TestEngine, set: CallWords, height: number) {
  const guest = await openBiosCaller(engine)
  const write = (segment: number, bytes: Uint8Array) =>
    guest.machine.write('physical', BigInt(16 * segment), bytes)
  await write(font.whole, glyphs(256, height))
  await write(font.upper, glyphs(upperCharacters, 8).toReversed())
  await guest.call(0x10, set)
  const { eax } = await guest.call(0x10, { ax: 0x0f00 })
  await guest.call(0x10, { ax: 0x1121, bx: 0, cx: height, dx: 20, es: font.whole })
  await guest.call(0x10, { ax: 0x1120, es: font.upper })
  const vectors = [await vectorOf(guest, 0x43), await vectorOf(guest, 0x1f)]
  const { ecx, edx } = await guest.call(0x10, { ax: 0x1130, bx: 0x100 })
  for (const [code, color] of [
    [0x41, 7],
    [0x42, 4],
    [0x0a, 7],
    [0x43, 6],
    [0x0d, 7],
    [0x44, 9],
  ] as const) {
    await guest.call(0x10, { ax: 0x0e00 | code, bx: color })
  }
  // In CGA modes the upper half is elsewhere, in others SeaBIOS has it there too.
  if ((eax & 0x7f) < 7) await guest.call(0x10, { ax: 0x0ec1, bx: 3 })
  await guest.call(0x10, { ax: 0x0200, dx: 0x0503 })
  await guest.call(0x10, { ax: 0x0950, bx: 5, cx: 7 })
  await guest.call(0x10, { ax: 0x0602, bx: 0, cx: 0x0402, dx: 0x0906 })
  const found = await guest.call(0x10, { ax: 0x0800 })
  const screen = await guest.machine.screen()
  await guest.machine.close()
  if (screen.kind !== 'graphics') throw new Error('a text mode')
  const levels = colorLevels(screen, 5)
  return {
    ...{ mode: eax & 0xffff, vectors, height: ecx & 0xffff, lastRow: edx & 0xff, found: found.eax & 0xff },
    ...{ size: [screen.width, screen.height], levels },
  }
}

test.each(modes)(
  "%s: text in the guest's own font is as with QEMU's VGA BIOS",
  async (_what, set, height) => {
    const [qemu, ours] = await Promise.all(
      [eachEngine[0] ?? embedded, embedded].map((engine) => pictureOf(engine, set, height)),
    )
    if (!qemu || !ours) throw new Error('an engine is missing')
    const { levels, ...facts } = ours
    const { levels: expected, ...others } = qemu
    expect(facts).toEqual(others)
    expect(facts.vectors).toEqual(['00000009', '0000000b'])
    expect(levels.some((level) => level !== 0)).toBe(true)
    expect(levels.equals(expected)).toBe(true)
  },
)
