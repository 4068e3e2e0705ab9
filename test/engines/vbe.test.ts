import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { vbeRegister } from '../../src/machine/devices/bochs-vbe.ts'
import { videoMode } from '../../src/machine/firmware/vga-bios/mode-tables.ts'
import { writeModeRegisters } from '../../src/machine/firmware/vga-bios/set-mode.ts'
import { setColors } from '../../src/machine/firmware/vga-bios/video-ports.ts'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { colorLevels } from './color-levels.ts'
import { eachEngine } from './each-engine.ts'
import { onBoth } from './on-both.ts'
import { codePlan } from './plans.ts'
import { VideoScript } from './video-script.ts'

const ports = { index: 0x1ce, data: 0x1cf } as const
const framebuffer = 0xfd00_0000
const { width, height, depth, enable, bank, virtualWidth, xOffset, yOffset } = vbeRegister

type Setting = readonly [index: number, value: number]

/** What registers hold after each write, from identity to offset of lines. */
const settings: readonly (readonly [what: string, writes: readonly Setting[]])[] = [
  [
    '1023 x 768, 32 bits',
    [
      [width, 1023],
      [height, 768],
      [depth, 32],
      [enable, 0x41],
    ],
  ],
  [
    'other sizes while it is on',
    [
      [width, 800],
      [height, 600],
      [depth, 16],
    ],
  ],
  [
    'a wider memory',
    [
      [virtualWidth, 2003],
      [xOffset, 1200],
      [yOffset, 100],
    ],
  ],
  [
    'offsets beyond it',
    [
      [xOffset, 1201],
      [yOffset, 60_000],
    ],
  ],
  ['a memory that is too narrow', [[virtualWidth, 100]]],
  [
    'a bank, and one too many',
    [
      [bank, 7],
      [bank, 300],
      [bank, 0],
    ],
  ],
  ['what is possible', [[enable, 0x43]]],
  [
    'no such depth',
    [
      [enable, 0],
      [depth, 7],
      [enable, 1],
    ],
  ],
  [
    'too large',
    [
      [enable, 0],
      [width, 20_000],
      [height, 20_000],
      [depth, 32],
      [enable, 1],
    ],
  ],
  [
    '4 bits',
    [
      [enable, 0],
      [width, 640],
      [height, 480],
      [depth, 4],
      [enable, 0xe1],
    ],
  ],
  [
    'older interface, and none',
    [
      [0, 0xb0c2],
      [0, 0xb0c9],
    ],
  ],
]

async function registersAfter(guest: BiosCaller): Promise<string[]> {
  const seen: string[] = []
  for (const [what, writes] of settings) {
    for (const [index, value] of writes) {
      await guest.outputWord(ports.index, index)
      await guest.outputWord(ports.data, value)
    }
    const values: string[] = []
    for (let index = 0; index <= 11; index++) {
      await guest.outputWord(ports.index, index)
      values.push((await guest.inputWord(ports.data)).toString(16))
    }
    seen.push(`${what}: ${values.join(' ')}`)
  }
  return seen
}

describe.each(eachEngine)('$name', (engine) => {
  let guest: BiosCaller
  beforeAll(async () => {
    guest = await openBiosCaller(engine)
  }, 60_000)
  afterAll(() => guest.machine.close())

  test('registers of the display interface', async () => {
    expect(await registersAfter(guest)).toEqual([
      '1023 x 768, 32 bits: b0c5 3f8 300 20 41 0 3f8 1020 0 0 100 0',
      'other sizes while it is on: b0c5 320 258 10 41 0 3f8 2040 0 0 100 0',
      'a wider memory: b0c5 320 258 10 41 0 7d0 1062 4b0 64 100 0',
      'offsets beyond it: b0c5 320 258 10 41 0 7d0 1062 4b1 0 100 0',
      'a memory that is too narrow: b0c5 320 258 10 41 0 320 28f5 4b1 0 100 0',
      'a bank, and one too many: b0c5 320 258 10 41 0 320 28f5 4b1 0 100 0',
      'what is possible: b0c5 3e80 2ee0 20 43 0 320 28f5 4b1 0 100 0',
      'no such depth: b0c5 320 258 8 1 0 320 51eb 0 0 100 0',
      'too large: b0c5 3e80 106 20 1 0 3e80 106 0 0 100 0',
      '4 bits: b0c5 280 1e0 4 e1 0 280 cccc 0 0 100 0',
      'older interface, and none: b0c2 280 1e0 4 e1 0 280 cccc 0 0 100 0',
    ])
  })
})

function setMode(
  { ports: to }: VideoScript,
  columns: number,
  lines: number,
  bits: number,
  flags = 0x41,
): void {
  for (const [index, value] of [
    [enable, 0],
    [width, columns],
    [height, lines],
    [depth, bits],
    [enable, flags],
  ] as const) {
    setVbe(to, index, value)
  }
}

function setVbe(to: VideoScript['ports'], index: number, value: number): void {
  to.write(ports.index, 2, index)
  to.write(ports.data, 2, value)
}

const ramp = Array.from({ length: 3 * 256 }, (_, part) => (part * 7) & 0xff)

/** `levels`: bits that count of a color. */
type Picture = readonly [what: string, levels: number, draw: (script: VideoScript) => void]

const pictures: readonly Picture[] = [
  ...([15, 16, 24, 32] as const).map((bits) => {
    const draw = (script: VideoScript) => {
      setMode(script, 640, 480, bits)
      script.fill(framebuffer, (640 * 480 * (bits === 15 ? 16 : bits)) / 8)
    }
    return [`${bits} bits`, bits === 15 ? 5 : 8, draw] as const
  }),
  [
    '8 bits and a DAC of 8',
    8,
    (script) => {
      setMode(script, 800, 600, 8, 0x61)
      setColors(script.ports, 0, ramp)
      script.fill(framebuffer, 800 * 600)
    },
  ],
  [
    '4 bits',
    6,
    (script) => {
      const mode = videoMode(0x12)
      if (mode) writeModeRegisters(script.ports, mode)
      setMode(script, 800, 600, 4)
      // Planes are bytes by turns. QEMU's graphics controller writes to none of them in this mode.
      script.fill(framebuffer, 4 * 60_000)
    },
  ],
  [
    'a part of a larger memory, and banks',
    8,
    (script) => {
      setMode(script, 320, 200, 32)
      setVbe(script.ports, virtualWidth, 512)
      setVbe(script.ports, xOffset, 100)
      setVbe(script.ports, yOffset, 30)
      for (const number of [0, 2, 5]) {
        setVbe(script.ports, bank, number)
        script.fill(0xa_0000 + number, 0x1_0000 - number)
      }
    },
  ],
  [
    'a framebuffer that is elsewhere',
    8,
    (script) => {
      setMode(script, 640, 480, 32)
      const config = (at: number, value: number) => {
        script.ports.write(0xcf8, 4, 0x8000_1000 + at)
        script.ports.write(0xcfc, 4, value)
      }
      config(0x10, 0xe000_0000)
      script.fill(framebuffer, 640 * 480 * 4)
      script.fill(0xe000_0000 + 4 * 640 * 240, 640 * 480)
    },
  ],
]

describe.each(eachEngine)('$name', (engine) => {
  test('the framebuffer is memory for who looks from outside', async () => {
    const script = new VideoScript()
    setMode(script, 640, 480, 32)
    script.write(framebuffer + 4 * 641, Uint8Array.of(3, 2, 1, 0))
    const { machine, run } = await engine.openCode(script.code)
    expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'deadHalt' } })
    const at = BigInt(framebuffer + 4 * 641)
    expect([...(await machine.read('physical', at, 4))]).toEqual([3, 2, 1, 0])
    await machine.write('physical', at + 4n, Uint8Array.of(6, 5, 4))
    expect([...(await machine.read('physical', at, 8))]).toEqual([3, 2, 1, 0, 6, 5, 4, 0])
    await machine.close()
  })
})

describe('pixel by pixel as on QEMU', () => {
  test.each(pictures)('%s', async (_, levels, draw) => {
    const script = new VideoScript()
    draw(script)
    const [qemu, embedded] = await onBoth(codePlan(script.code), async (machine) => {
      await machine.run({ deadlineNs: 20_000_000_000n, any: [] })
      return machine.screen()
    })
    if (qemu?.kind !== 'graphics' || embedded?.kind !== 'graphics') throw new Error('a text mode')
    expect([embedded.width, embedded.height]).toEqual([qemu.width, qemu.height])
    expect(colorLevels(embedded, levels).equals(colorLevels(qemu, levels))).toBe(true)
  })
})
