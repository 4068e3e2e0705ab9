import { createHash } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import type { GraphicsScreen } from '../../src/observe/screen.ts'
import { boot } from '../../src/session/boot.ts'
import { kernel } from '../kernels/build.ts'
import { type CallWords, openBiosCaller } from './bios-caller.ts'
import { colorLevels } from './color-levels.ts'
import { eachEngine, embedded, type TestEngine } from './each-engine.ts'

/** Where the guest has its font. */
const font = 0x900

/** Text modes, by the lines of the guest's characters. */
const modes: readonly (readonly [what: string, height: number])[] = [
  ['80 × 25', 16],
  ['80 × 28', 14],
  ['80 × 50', 8],
]

/** QEMU joins B0h to BFh with their right neighbors, as lines and boxes from C0h on: see quirks.md. */
const characterOf = (code: number) => ((code & 0xf0) === 0xb0 ? 0x20 : code & 0xff)

/** Text in every color and all characters, in a font and in colors of the guest's own, without a cursor. */
async function frameOn(engine: TestEngine, height: number) {
  const guest = await openBiosCaller(engine)
  const call = (words: CallWords) => guest.call(0x10, words)
  const glyphs = Uint8Array.from({ length: 256 * height }, (_, at) => (at * 37 + (at >> 3) * 11) & 0xff)
  await guest.machine.write('physical', BigInt(16 * font), glyphs)
  await call({ ax: 3 })
  await call({ ax: 0x1110, bx: height << 8, cx: 256, dx: 0, es: font })
  await call({ ax: 0x1003, bx: 0 })
  await call({ ax: 0x1010, bx: 4, cx: 0x2a15, dx: 0x3f00 })
  await call({ ax: 0x1000, bx: 0x3a03 })
  await call({ ax: 0x0100, cx: 0x2000 })
  const cells = Uint8Array.from({ length: 2 * 512 }, (_, at) =>
    at & 1 ? (at * 7) & 0xff : characterOf(at >> 1),
  )
  await guest.machine.write('physical', 0xb8000n, cells)
  const frame = await guest.machine.frame()
  await guest.machine.close()
  return frame
}

const sizeOf = ({ width, height }: GraphicsScreen) => [width, height]

test.each(modes)("%s in the guest's own font and colors is as on QEMU's monitor", async (_, height) => {
  const [qemu, ours] = await Promise.all(
    [eachEngine[0] ?? embedded, embedded].map((engine) => frameOn(engine, height)),
  )
  if (!qemu || !ours) throw new Error('an engine is missing')
  expect(sizeOf(ours)).toEqual(sizeOf(qemu))
  expect(colorLevels(ours, 6).equals(colorLevels(qemu, 6))).toBe(true)
})

test.each(['embedded', 'qemu'] as const)(
  'a test gets the picture with its hash on %s, after the end too',
  async (engine) => {
    const vm = await boot(kernel('shows-greeting'), { engine })
    onTestFinished(() => vm.close())
    const before = await vm.screen.frame()
    await vm.end()
    const { width, height, pixels, sha256 } = await vm.screen.frame()
    expect([width, height]).toEqual([720, 400])
    expect(pixels.length).toBe(4 * width * height)
    expect(sha256).toBe(createHash('sha256').update(pixels).digest('hex'))
    expect(sha256).not.toBe(before.sha256)
  },
)
