import { beforeEach, expect, test } from 'vitest'
import { FloppyUnit } from '../../../src/machine/devices/floppy-unit.ts'
import type { Medium } from '../../../src/machine/devices/medium.ts'
import { makePc } from '../make-pc.ts'

const format = { driveType: 4, cylinders: 80, heads: 2, sectorsPerTrack: 18 } as const
const bytes = new Uint8Array(2880 * 512)
const medium = (isWritable: boolean): Medium => ({
  ...{ sectorBytes: 512, sectors: 2880, isWritable },
  read: (first, count) => bytes.slice(first * 512, (first + count) * 512),
  write: (first, some) => bytes.set(some, first * 512),
})
const disk = { medium: medium(true), format }

let pc = makePc()
let unit = new FloppyUnit(disk)

beforeEach(() => {
  pc = makePc()
  unit = new FloppyUnit(disk)
  pc.board.chips.floppy.connect(0, unit)
  bytes.fill(0)
})

const out = (port: number, value: number) => pc.space.write(port, 1, value)
const status = () => pc.read(0x3f4)
const command = (...all: readonly number[]) => {
  for (const byte of all) out(0x3f5, byte)
}
const result = () => {
  const told: number[] = []
  while ((status() & 0xc0) === 0xc0 && told.length < 20) told.push(pc.read(0x3f5))
  return told
}
const later = () => pc.runTo(pc.at.tick + 20_000_000)
/** IRQ 6 as the interrupt controller has it, which is told that it was served. */
const interrupts = () => {
  out(0x21, 0xbf)
  out(0x20, 0x0c)
  const polled = pc.read(0x20)
  if (polled === 0x86) out(0x20, 0x66)
  return polled === 0x86
}
const sense = () => {
  command(8)
  return result()
}
const dma = (mode: number, transfers: number) => {
  for (const [port, value] of [
    ...[
      [0x0a, 6],
      [0x0c, 0],
      [0x0b, mode],
      [0x04, 0],
      [0x04, 0x40],
      [0x81, 2],
    ],
    ...[
      [0x05, (transfers - 1) & 0xff],
      [0x05, (transfers - 1) >> 8],
      [0x0a, 2],
    ],
  ] as const) {
    out(port, value)
  }
}

/** An 82077AA as a BIOS leaves it: nothing waits to be told. */
test('after firmware: out of its reset, 500 kbit/s, no interrupt', () => {
  expect([pc.read(0x3f2), status(), interrupts(), sense()]).toEqual([0x0c, 0x80, false, [0x80]])
  expect([pc.read(0x3f0), pc.read(0x3f1), pc.read(0x3f3)]).toEqual([0xff, 0xff, 0xfc])
})

test.each([
  [
    'the output register',
    () => {
      out(0x3f2, 0x08)
      expect(status()).toBe(0)
      out(0x3f2, 0x0c)
    },
  ],
  ['the rate register', () => out(0x3f4, 0x80)],
])('a reset by %s interrupts, and has four statuses', (_, reset) => {
  command(0x0f, 0, 3)
  reset()
  expect([status(), interrupts()]).toEqual([0x80, true])
  expect([0, 1, 2, 3, 4].map(sense)).toEqual([[0xc0, 0], [0xc1, 0], [0xc2, 0], [0xc3, 0], [0x80]])
  later()
  expect(interrupts()).toBe(false)
})

test('a reset switches polling on again', () => {
  command(0x13, 0, 0x30, 0)
  out(0x3f2, 8)
  out(0x3f2, 0x0c)
  expect(sense()).toEqual([0xc0, 0])
})

test('seeks of two units end together, an interrupt each', () => {
  pc.board.chips.floppy.connect(1, new FloppyUnit(null))
  command(0x0f, 0, 9)
  command(0x0f, 1, 4)
  expect([status(), interrupts()]).toEqual([0x83, false])
  later()
  expect([status(), interrupts(), sense(), interrupts(), sense(), interrupts()]).toEqual([
    ...[0x80, true, [0x20, 9], true, [0x21, 4], false],
  ])
})

test('recalibrating ends after 79 steps, or finds no drive', () => {
  unit.step(83)
  command(7, 0)
  later()
  expect(sense()).toEqual([0x70, 0])
  command(7, 0)
  later()
  expect(sense()).toEqual([0x20, 0])
  command(7, 1)
  later()
  expect(sense()).toEqual([0x71, 0])
})

test('a step of the command takes its time', () => {
  command(0x0f, 0, 10)
  pc.runTo(pc.at.tick + 999_000)
  expect(interrupts()).toBe(false)
  pc.runTo(pc.at.tick + 1000)
  expect(interrupts()).toBe(true)
})

test('sectors come by DMA; the first byte of the result takes the interrupt back', () => {
  bytes.set([1, 2, 3], 512)
  dma(0x46, 512)
  command(0x46, 0, 0, 0, 2, 2, 18, 0x1b, 0xff)
  expect(status()).toBe(0x10)
  later()
  expect([status(), interrupts(), result()]).toEqual([0xd0, true, [0, 0, 0, 0, 0, 3, 2]])
  expect([...pc.memory.read(0x2_4000, 4)]).toEqual([1, 2, 3, 0])
  expect([status(), pc.read(0x08)]).toEqual([0x80, 4])
})

test('a terminal count in a sector: the rest of it is written as zeros', () => {
  bytes.fill(0xee)
  pc.memory.write(0x2_4000, Uint8Array.of(7, 8, 9))
  dma(0x4a, 2)
  command(0x45, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)
  later()
  expect(result()).toEqual([0, 0, 0, 0, 0, 2, 2])
  expect([...bytes.subarray(0, 4), bytes[511], bytes[512]]).toEqual([7, 8, 0, 0, 0, 0xee])
})

test('a sector that cannot be read has a wrong checksum', () => {
  const firstBad = (first: number) => (first === 4 ? 4 : null)
  unit.insert({ medium: { ...medium(true), firstBad }, format })
  dma(0x46, 1024)
  command(0x46, 0, 0, 0, 4, 2, 18, 0x1b, 0xff)
  later()
  expect(result()).toEqual([0x40, 0x20, 0x20, 0, 0, 5, 2])
})

test('a protected disk is not written, nor formatted', () => {
  unit.insert({ medium: medium(false), format })
  dma(0x4a, 512)
  command(0x45, 4, 0, 1, 1, 2, 18, 0x1b, 0xff)
  expect(result()).toEqual([0x44, 2, 0, 0, 1, 1, 2])
  command(0x4d, 0, 2, 18, 0x54, 0xf6)
  expect(result().slice(0, 3)).toEqual([0x40, 2, 0])
  command(4, 0)
  expect(result()).toEqual([0x78])
})

test('the disk is told to be changed until the head steps with one in the drive', () => {
  const changed = () => pc.read(0x3f7) >> 7
  const seek = (cylinder: number) => {
    command(0x0f, 0, cylinder)
    later()
    sense()
    return changed()
  }
  expect([changed(), seek(1), changed()]).toEqual([1, 0, 0])
  unit.insert(null)
  expect([changed(), seek(2), changed()]).toEqual([1, 1, 1])
  unit.insert(disk)
  expect([changed(), seek(0)]).toEqual([1, 0])
  out(0x3f2, 0x0d)
  expect(changed()).toBe(0)
})

test('a disk that is taken out leaves a command without an end, but for a reset', () => {
  dma(0x46, 1024)
  command(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)
  unit.insert(null)
  later()
  expect([status(), interrupts()]).toEqual([0x10, false])
  out(0x3f4, 0x80)
  expect(status()).toBe(0x80)
})

test('IDs pass under the head in their order', () => {
  const seen = [0, 1].map(() => {
    command(0x4a, 4)
    later()
    return result()
  })
  const [first, second] = seen.map(([, , , , , sector = 0]) => sector)
  expect(seen.map((told) => told.toSpliced(5, 1))).toEqual([1, 2].map(() => [4, 0, 0, 0, 1, 2]))
  expect([first, second].every((sector) => sector !== undefined && sector >= 1 && sector <= 18)).toBe(true)
  expect(second).not.toBe(first)
})

test('without DMA each byte interrupts; with the FIFO each so many do', () => {
  command(3, 0, 1)
  const count = () => {
    command(0x46, 0, 0, 0, 1, 2, 1, 0x1b, 0xff)
    later()
    let times = 0
    while (status() & 0x20) {
      if (interrupts()) times++
      pc.read(0x3f5)
    }
    expect([interrupts(), result()]).toEqual([true, [0x40, 0x80, 0, 1, 0, 1, 2]])
    return times
  }
  expect(count()).toBe(512)
  command(0x13, 0, 0x07, 0)
  expect(count()).toBe(64)
})

test('implied seeks step first', () => {
  command(0x13, 0, 0x60, 0)
  dma(0x46, 512)
  command(0x46, 0, 7, 0, 1, 2, 18, 0x1b, 0xff)
  later()
  expect([result(), unit.track]).toEqual([[0, 0, 0, 7, 0, 2, 2], 7])
})

test('while the gate is closed there is neither interrupt nor DMA', () => {
  out(0x3f2, 0x04)
  command(0x0f, 0, 2)
  later()
  expect(interrupts()).toBe(false)
  out(0x3f2, 0x0c)
  expect([interrupts(), sense()]).toEqual([true, [0x20, 2]])
})

/** In the middle of a seek, of a command, of its data and of its result. */
test.each([
  ['a seek', () => command(0x0f, 0, 20)],
  ['a command', () => command(0x46, 0, 1)],
  ['a sector', () => command(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)],
  [
    'bytes of a sector',
    () => {
      command(3, 0, 1)
      command(0x46, 0, 0, 0, 1, 2, 2, 0x1b, 0xff)
      later()
      pc.read(0x3f5)
    },
  ],
  [
    'a result',
    () => {
      command(0x4a, 0)
      later()
      pc.read(0x3f5)
    },
  ],
])('what is saved in the middle of %s goes on alike', (_, begin) => {
  bytes.set([5, 6, 7])
  dma(0x46, 1024)
  begin()
  const state = () => {
    const { floppy, dma: controller, master } = pc.board.save()
    return [floppy, controller, master, pc.clock.save()]
  }
  const saved = structuredClone([pc.board.save(), pc.clock.save(), pc.at.tick] as const)
  const before = structuredClone(state())
  const goOn = () => {
    const seen = [status(), pc.read(0x3f5), interrupts()]
    later()
    return [...seen, ...result(), ...sense(), ...state()]
  }
  const one = goOn()
  pc = makePc()
  pc.board.chips.floppy.connect(0, new FloppyUnit(disk))
  pc.at.tick = saved[2]
  pc.board.load(saved[0])
  pc.clock.load(saved[1])
  expect(state()).toEqual(before)
  expect(goOn()).toEqual(one)
})

test('the RESET pin leaves nothing', () => {
  const { floppy } = pc.board.chips
  command(0x94)
  floppy.reset()
  expect([floppy.peek(2), floppy.peek(4), floppy.save().registers.isLocked]).toEqual([0, 0, false])
})
