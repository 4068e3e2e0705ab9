import { describe, expect, test } from 'vitest'
import { loadFont } from '../../src/machine/firmware/vga-bios/load-font.ts'
import { videoMode } from '../../src/machine/firmware/vga-bios/mode-tables.ts'
import { writeModeColors, writeModeRegisters } from '../../src/machine/firmware/vga-bios/set-mode.ts'
import { setAttribute, setRegister, videoPort } from '../../src/machine/firmware/vga-bios/video-ports.ts'
import { linesOf } from '../../src/observe/text-screen.ts'
import { colorLevels } from './color-levels.ts'
import { eachEngine, type TestEngine } from './each-engine.ts'
import { onBoth } from './on-both.ts'
import { codePlan } from './plans.ts'
import { VideoScript } from './video-script.ts'

const color = 0xb_8000
const crtc = videoPort.colorCrtc

/** Code page 437 in light gray. */
const cells = (text: string) => Uint8Array.from([...text].flatMap((one) => [one.charCodeAt(0), 7]))

function setMode({ ports }: VideoScript, number: number): void {
  const mode = videoMode(number)
  if (!mode) throw new Error(`no mode ${number}`)
  writeModeRegisters(ports, mode)
  writeModeColors(ports, number)
}

/** Each plane otherwise. */
function fillPlanes(script: VideoScript, bytes: number): void {
  for (const plane of [0, 1, 2, 3]) {
    setRegister(script.ports, videoPort.sequencer, 2, 1 << plane)
    script.fill(0xa_0000 + plane, bytes - plane)
  }
}

async function textAfter({ openCode }: TestEngine, script: VideoScript) {
  const { machine, run } = await openCode(script.code)
  expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'deadHalt' } })
  const screen = await machine.screen()
  await machine.close()
  if (screen.kind !== 'text') throw new Error('a graphics mode')
  return screen
}

describe.each(eachEngine)('$name', (engine) => {
  test('start address and cursor of the CRT controller', async () => {
    const script = new VideoScript()
    script.write(color + 160 * 150, cells('far down'))
    const start = 80 * 149
    for (const [index, value] of [
      [0x0c, start >> 8],
      [0x0d, start & 0xff],
      [0x0e, (start + 85) >> 8],
      [0x0f, (start + 85) & 0xff],
    ] as const) {
      setRegister(script.ports, crtc, index, value)
    }
    const screen = await textAfter(engine, script)
    expect(linesOf(screen)[1]).toMatch(/^far down/)
    expect(screen.cursor).toEqual({ row: 1, column: 5 })
  })

  test('40 columns, bright backgrounds, a cursor that is off', async () => {
    const script = new VideoScript()
    setMode(script, 1)
    script.fill(color, 4000)
    script.write(color, cells('forty'))
    setRegister(script.ports, crtc, 0x0a, 0x20)
    setAttribute(script.ports, 0x10, 0x04)
    const screen = await textAfter(engine, script)
    expect([screen.columns, screen.rows, screen.cursor, screen.blinks]).toEqual([40, 25, null, false])
    expect(linesOf(screen)[0]).toMatch(/^forty/)
  })

  test('fonts are loaded beside the text, and leave it as it is', async () => {
    const script = new VideoScript()
    script.write(color, cells('stays'))
    loadFont(script.ports, script, { glyphs: new Uint8Array(64).fill(0x55), height: 16, first: 7, block: 0 })
    expect(linesOf(await textAfter(engine, script))[0]).toMatch(/^stays/)
  })

  test('what was shown before a mode of graphics is there after it', async () => {
    const script = new VideoScript()
    script.write(color, cells('twice'))
    setMode(script, 0x12)
    script.write(0xa_0000 + 0x9000, Uint8Array.of(1, 2, 3))
    setMode(script, 3)
    expect(linesOf(await textAfter(engine, script))[0]).toMatch(/^twice/)
  })
})

/** Of each color in the DAC. */
const bits = 6

describe('graphics, pixel by pixel as on QEMU', () => {
  test.each([
    [4, color, 0x4000],
    [6, color, 0x4000],
    [0x0d, 0xa_0000, 0x2000],
    [0x0e, 0xa_0000, 0x4000],
    [0x10, 0xa_0000, 28_000],
    [0x11, 0xa_0000, 38_400],
    [0x12, 0xa_0000, 38_400],
    [0x13, 0xa_0000, 64_000],
  ])('mode %i', async (number, window, bytes) => {
    const script = new VideoScript()
    setMode(script, number)
    if (window === color || number === 0x13) script.fill(window, bytes)
    else fillPlanes(script, bytes)
    const [qemu, embedded] = await onBoth(codePlan(script.code), async (machine) => {
      await machine.run({ deadlineNs: 20_000_000_000n, any: [] })
      return machine.screen()
    })
    if (qemu?.kind !== 'graphics' || embedded?.kind !== 'graphics') throw new Error('a text mode')
    expect([embedded.width, embedded.height]).toEqual([qemu.width, qemu.height])
    expect(colorLevels(embedded, bits).equals(colorLevels(qemu, bits))).toBe(true)
  })
})
