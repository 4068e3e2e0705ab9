import { beforeEach, describe, expect, test } from 'vitest'
import type { Line } from '../../../src/machine/bus/chip.ts'
import { AtaDisk } from '../../../src/machine/devices/ata-disk.ts'
import { AtapiDrive } from '../../../src/machine/devices/atapi-drive.ts'
import { IdeChannel } from '../../../src/machine/devices/ide-channel.ts'
import type { IdeDrive } from '../../../src/machine/devices/ide-drive.ts'
import type { Medium } from '../../../src/machine/devices/medium.ts'

/** Sectors that begin with their own number, 32 bits, little-endian; what is written is kept beside. */
function numbered(
  sectorBytes: 512 | 2048,
  sectors: number,
  isWritable = true,
): Medium & { written: Map<number, Uint8Array> } {
  const written = new Map<number, Uint8Array>()
  const sector = (number: number) => {
    const bytes = new Uint8Array(sectorBytes)
    new DataView(bytes.buffer).setUint32(0, number, true)
    return written.get(number) ?? bytes
  }
  return {
    sectorBytes,
    sectors,
    isWritable,
    written,
    read: (first, count) => {
      const bytes = new Uint8Array(count * sectorBytes)
      for (let index = 0; index < count; index++) bytes.set(sector(first + index), index * sectorBytes)
      return bytes
    },
    write: (first, bytes) => {
      for (let at = 0; at < bytes.length; at += sectorBytes) {
        written.set(first + at / sectorBytes, bytes.slice(at, at + sectorBytes))
      }
    },
  }
}

/** With one sector that cannot be read. */
function withBad(medium: Medium, sector: number): Medium {
  return {
    ...medium,
    firstBad: (first, count) => (sector >= first && sector < first + count ? sector : null),
  }
}

let interrupts = 0
let level = false
const line = {
  set: (to: boolean) => {
    if (to && !level) interrupts++
    level = to
  },
}

function cable([first, second]: readonly [AtaDisk, IdeDrive<unknown> | null], to: Line): IdeChannel {
  const made = new IdeChannel(to)
  made.connect(0, first)
  made.connect(1, second)
  return made
}

let medium = numbered(512, 2 ** 28 + 1000)
let disc = numbered(2048, 400, false)
let cd = new AtapiDrive(disc)
let channel = cable([new AtaDisk(medium), cd], line)

beforeEach(() => {
  interrupts = 0
  level = false
  medium = numbered(512, 2 ** 28 + 1000)
  disc = numbered(2048, 400, false)
  cd = new AtapiDrive(disc)
  channel = cable([new AtaDisk(medium), cd], line)
})

const [master, slave] = [0xe0, 0xf0]
const status = () => channel.read(7, 1)
const hex = (value: number) => value.toString(16)

/** Writes features, count, and the address low byte first, then device and command. */
function command(code: number, { device = master, features = 0, count = 0, address = [0, 0, 0] } = {}): void {
  channel.write(6, 1, device)
  for (const [index, value] of [features, count, ...address].entries()) channel.write(1 + index, 1, value)
  channel.write(7, 1, code)
}

function readSector(bytes = 512): Uint8Array {
  const data = new Uint8Array(bytes)
  const view = new DataView(data.buffer)
  for (let at = 0; at < bytes; at += 2) view.setUint16(at, channel.read(0, 2), true)
  return data
}

const number = (data: Uint8Array) => new DataView(data.buffer).getUint32(0, true)

describe('a disk', () => {
  test('reads sectors by their 28-bit number, one interrupt each', () => {
    command(0x20, { count: 3, address: [0x56, 0x34, 0x12], device: 0xe1 })
    const seen = []
    for (let index = 0; index < 3; index++) {
      seen.push([hex(status()), interrupts, hex(number(readSector()))])
    }
    expect(seen).toEqual([
      ['58', 1, '1123456'],
      ['58', 2, '1123457'],
      ['58', 3, '1123458'],
    ])
    expect([hex(status()), interrupts, hex(channel.read(3, 1)), channel.read(2, 1)]).toEqual([
      '50',
      3,
      '58',
      0,
    ])
  })

  test('by their 48-bit number: each register takes two bytes', () => {
    channel.write(6, 1, 0x40)
    for (const [high, low, at] of [
      [0, 2, 2],
      [0x10, 0x01, 3],
      [0, 0, 4],
      [0, 0, 5],
    ] as const) {
      channel.write(at, 1, high)
      channel.write(at, 1, low)
    }
    channel.write(7, 1, 0x24)
    expect([hex(number(readSector())), hex(number(readSector())), hex(status())]).toEqual([
      '10000001',
      '10000002',
      '50',
    ])
    channel.write(8, 1, 0x80)
    expect(hex(channel.read(3, 1))).toBe('10')
    channel.write(8, 1, 0x00)
    expect(hex(channel.read(3, 1))).toBe('2')
  })

  test('by cylinder, head and sector, with the geometry that the host sets', () => {
    command(0x20, { count: 1, address: [5, 2, 0], device: 0xa3 })
    expect(number(readSector())).toBe((2 * 16 + 3) * 63 + 4)
    command(0x91, { count: 17, device: 0xa3 })
    command(0x20, { count: 1, address: [17, 1, 0], device: 0xa3 })
    expect(number(readSector())).toBe((1 * 4 + 3) * 17 + 16)
    command(0x20, { count: 1, address: [18, 1, 0], device: 0xa3 })
    expect([hex(status()), hex(channel.read(1, 1))]).toEqual(['51', '10'])
  })

  test('several sectors an interrupt, once that is set', () => {
    command(0xc4, { count: 4 })
    expect([hex(status()), channel.read(1, 1)]).toEqual(['51', 4])
    command(0xc6, { count: 4 })
    interrupts = 0
    command(0xc4, { count: 6 })
    status()
    readSector(2048)
    status()
    readSector(1024)
    expect([interrupts, hex(status())]).toEqual([2, '50'])
    command(0xc6, { count: 3 })
    expect(hex(status())).toBe('51')
  })

  test('writes: the first block unasked, an interrupt after each', () => {
    command(0x30, { count: 2, address: [9, 0, 0] })
    expect([hex(status()), interrupts]).toEqual(['58', 0])
    for (let at = 0; at < 128; at++) channel.write(0, 4, 0x0a0b0c0d)
    expect([hex(status()), interrupts, [...medium.written.keys()]]).toEqual(['58', 1, [9]])
    for (let at = 0; at < 256; at++) channel.write(0, 2, at)
    expect([hex(status()), interrupts, [...medium.written.keys()]]).toEqual(['50', 2, [9, 10]])
    command(0x20, { count: 1, address: [9, 0, 0] })
    expect(hex(number(readSector()))).toBe('a0b0c0d')
  })

  test('what lies behind its end is not found, at the sector that is missing', () => {
    command(0x20, { count: 2, address: [0xff, 0xff, 0xff], device: 0xef })
    expect(hex(number(readSector()))).toBe('fffffff')
    expect(hex(status())).toBe('58')
    const small = cable([new AtaDisk(numbered(512, 10)), null], line)
    channel = small
    command(0x20, { count: 2, address: [9, 0, 0] })
    readSector()
    expect([hex(status()), hex(channel.read(1, 1)), channel.read(3, 1)]).toEqual(['51', '10', 10])
    command(0x40, { count: 11 })
    expect(hex(status())).toBe('51')
    command(0x40, { count: 10 })
    expect(hex(status())).toBe('50')
  })

  test('a sector that cannot be read is uncorrectable, at its number, behind those before it', () => {
    channel = cable([new AtaDisk(withBad(numbered(512, 100), 12)), null], line)
    command(0x20, { count: 5, address: [10, 0, 0] })
    expect([number(readSector()), number(readSector())]).toEqual([10, 11])
    expect([hex(status()), hex(channel.read(1, 1)), channel.read(3, 1)]).toEqual(['51', '40', 12])
    command(0x40, { count: 5, address: [10, 0, 0] })
    expect([hex(status()), hex(channel.read(1, 1)), channel.read(3, 1)]).toEqual(['51', '40', 12])
    command(0x20, { count: 1, address: [13, 0, 0] })
    expect([number(readSector()), hex(status())]).toEqual([13, '50'])
  })

  test('one that is write-protected refuses', () => {
    channel = cable([new AtaDisk(numbered(512, 10, false)), null], line)
    command(0x30, { count: 1 })
    expect([hex(status()), channel.read(1, 1)]).toEqual(['51', 4])
  })

  test('identifies itself', () => {
    command(0xec)
    const data = readSector()
    const word = (index: number) => new DataView(data.buffer).getUint16(2 * index, true)
    const text = Array.from({ length: 40 }, (_, index) => String.fromCharCode(data[54 + (index ^ 1)] ?? 0))
    expect(text.join('').trim()).toBe('kerneltest disk')
    expect([0, 1, 3, 6, 49, 83, 59].map((index) => hex(word(index)))).toEqual([
      '40',
      '3fff',
      '10',
      '3f',
      '200',
      '7400',
      '0',
    ])
    expect([word(61), word(60), word(102), word(101), word(100)].map(hex)).toEqual([
      'fff',
      'ffff',
      '0',
      '1000',
      '3e8',
    ])
  })

  test('unknown commands are aborted, harmless ones done', () => {
    for (const code of [0xe7, 0xea, 0xef, 0x10, 0xe0, 0xe5, 0x70]) {
      command(code)
      expect([hex(code), hex(status())]).toEqual([hex(code), '50'])
    }
    for (const code of [0x00, 0xa0, 0xc8, 0xff]) {
      command(code)
      expect([hex(code), hex(status()), channel.read(1, 1)]).toEqual([hex(code), '51', 4])
    }
  })
})

describe('the channel', () => {
  test('tells what hangs on it by signatures after a reset', () => {
    channel.write(8, 1, 4)
    channel.write(8, 1, 0)
    const signature = () => [1, 2, 3, 4, 5, 6, 7].map((at) => hex(channel.read(at, 1))).join(' ')
    expect(signature()).toBe('1 1 1 0 0 a0 50')
    channel.write(6, 1, slave)
    expect(signature()).toBe('1 1 1 14 eb f0 0')
  })

  test('an empty place is all zeros', () => {
    channel = cable([new AtaDisk(medium), null], line)
    command(0xec, { device: slave })
    expect([status(), channel.read(8, 1), channel.read(0, 2), channel.read(3, 1)]).toEqual([0, 0, 0, 0])
  })

  test('interrupts can be held back, and end when the status is read, but not by the alternate one', () => {
    channel.write(8, 1, 2)
    command(0xec)
    expect(level).toBe(false)
    channel.write(8, 1, 0)
    expect(level).toBe(true)
    channel.read(8, 1)
    expect(level).toBe(true)
    status()
    expect(level).toBe(false)
  })

  test('diagnostics are for both', () => {
    command(0x90)
    expect([hex(status()), channel.read(1, 1), interrupts]).toEqual(['50', 1, 1])
  })

  test('saved in the middle of a sector, it goes on alike', () => {
    command(0x20, { count: 2, address: [7, 0, 0] })
    readSector(100)
    const saved = structuredClone(channel.save())
    const first = [...readSector(412), ...readSector()]
    channel = cable([new AtaDisk(medium), new AtapiDrive(disc)], line)
    channel.load(saved)
    expect([...readSector(412), ...readSector()]).toEqual(first)
    expect(hex(status())).toBe('50')
  })
})

describe('a CD-ROM drive', () => {
  /** Sends a packet; answers the data, or the sense key. */
  function packet(bytes: number[], limit = 0xfffe): number[] | string {
    command(0xa0, { device: slave, address: [0, limit & 0xff, limit >> 8] })
    expect([hex(status()), channel.read(2, 1)]).toEqual(['58', 1])
    for (let at = 0; at < 12; at += 2) channel.write(0, 2, (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8))
    const data: number[] = []
    for (;;) {
      const now = status()
      if (now & 1) return `sense ${channel.read(1, 1) >> 4}`
      if ((now & 8) === 0) break
      expect(channel.read(2, 1)).toBe(2)
      const count = channel.read(4, 1) | (channel.read(5, 1) << 8)
      data.push(...readSector(count + (count & 1)).subarray(0, count))
    }
    expect(channel.read(2, 1)).toBe(3)
    return data
  }

  const requestSense = () => {
    const data = packet([0x03, 0, 0, 0, 18])
    return typeof data === 'string'
      ? data
      : [data[2], data[12], data[13]].map((byte) => hex(byte ?? 0)).join(' ')
  }

  test('refuses IDENTIFY DEVICE with its signature, and identifies as a packet device', () => {
    command(0xec, { device: slave })
    expect([hex(status()), hex(channel.read(4, 1)), hex(channel.read(5, 1))]).toEqual(['51', '14', 'eb'])
    command(0xa1, { device: slave })
    expect([hex(status()), hex(channel.read(0, 2))]).toEqual(['58', '85c0'])
  })

  test('reads sectors in pieces of what the host takes at once', () => {
    interrupts = 0
    const data = packet([0x28, 0, 0, 0, 0, 16, 0, 0, 2], 1000)
    expect([data.length, data[0], data[2048]]).toEqual([4096, 16, 17])
    expect(interrupts).toBe(6)
    expect(packet([0xa8, 0, 0, 0, 0, 5, 0, 0, 0, 1]).slice(0, 2)).toEqual([5, 0])
  })

  test('how large it is, and what is on it', () => {
    expect(packet([0x25])).toEqual([0, 0, 1, 143, 0, 0, 8, 0])
    expect(packet([0x43, 0, 0, 0, 0, 0, 0, 0, 100])).toEqual([
      0, 18, 1, 1, 0, 20, 1, 0, 0, 0, 0, 0, 0, 20, 170, 0, 0, 0, 1, 144,
    ])
    expect(packet([0x43, 2, 0, 0, 0, 0, 170, 0, 100])).toEqual([0, 10, 1, 1, 0, 20, 170, 0, 0, 0, 7, 25])
    expect(packet([0x43, 2, 1, 0, 0, 0, 0, 0, 6])).toEqual([0, 10, 1, 1, 0, 20])
    expect(packet([0x43, 2, 2, 0, 0, 0, 0, 0, 255]).length).toBe(48)
  })

  test('whole frames, as who plays or copies discs reads them', () => {
    const data = packet([0xbe, 0, 0, 0, 0, 75, 0, 0, 1, 0xf8])
    expect([data.length, ...data.slice(0, 17)]).toEqual([
      2352, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 3, 0, 1, 75,
    ])
    expect(packet([0xbe, 0, 0, 0, 0, 75, 0, 0, 1, 0x10]).length).toBe(2048)
    expect(packet([0xbe, 0, 0, 0, 0, 75, 0, 0, 1, 0x20])).toBe('sense 5')
  })

  test('errors tell why when they are asked', () => {
    expect([packet([0x28, 0, 0, 0, 1, 0x90, 0, 0, 1]), requestSense()]).toEqual(['sense 5', '5 21 0'])
    expect([packet([0x99]), requestSense(), requestSense()]).toEqual(['sense 5', '5 20 0', '0 0 0'])
  })

  test('a sector that cannot be read is a medium error', () => {
    cd.insert(withBad(numbered(2048, 50, false), 20))
    packet([0x00])
    expect([packet([0x28, 0, 0, 0, 0, 18, 0, 0, 4]), requestSense()]).toEqual(['sense 3', '3 11 0'])
    expect(packet([0x28, 0, 0, 0, 0, 18, 0, 0, 2]).length).toBe(4096)
  })

  test('a change of medium is told once; no medium each time', () => {
    cd.insert(numbered(2048, 50, false))
    expect(packet([0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8])).toEqual([0, 6, 4, 16, 2, 2, 0, 0])
    expect([packet([0x00]), requestSense(), packet([0x00])]).toEqual(['sense 6', '6 28 0', []])
    cd.insert(null)
    expect([packet([0x25]), packet([0x25]), requestSense()]).toEqual(['sense 2', 'sense 2', '2 3a 0'])
    cd.insert(numbered(2048, 60, false))
    expect([packet([0x00]), requestSense(), packet([0x00])]).toEqual(['sense 6', '6 28 0', []])
  })

  // MMC-3, GET EVENT STATUS NOTIFICATION; the length counts what follows it.
  test('media events are told once', () => {
    const event = (bytes = 8) => packet([0x4a, 1, 0, 0, 0x10, 0, 0, 0, bytes])
    packet([0x1b, 0, 0, 0, 2])
    expect([event(), event()]).toEqual([
      [0, 6, 4, 16, 3, 1, 0, 0],
      [0, 6, 4, 16, 0, 1, 0, 0],
    ])
    packet([0x1b, 0, 0, 0, 3])
    expect([event(4), event(), event()]).toEqual([
      [0, 6, 4, 16],
      [0, 6, 4, 16, 2, 2, 0, 0],
      [0, 6, 4, 16, 0, 2, 0, 0],
    ])
    cd.insert(null)
    cd.insert(numbered(2048, 60, false))
    expect(event()[4]).toBe(2)
    cd.open()
    expect(event()).toEqual([0, 6, 4, 16, 3, 1, 0, 0])
    expect([packet([0x4a, 1, 0, 0, 0x02, 0, 0, 0, 8]), packet([0x4a, 0, 0, 0, 0x10, 0, 0, 0, 8])]).toEqual([
      [0, 2, 0x80, 16],
      'sense 5',
    ])
  })

  test('who it is, and what it can do', () => {
    const inquiry = packet([0x12, 0, 0, 0, 36])
    expect(inquiry.slice(0, 5)).toEqual([5, 128, 0, 33, 31])
    expect(packet([0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 10])).toEqual([0, 26, 1, 0, 0, 0, 0, 0, 42, 18])
    expect(packet([0x46, 0, 0, 0, 0, 0, 0, 0, 8])).toEqual([0, 0, 0, 4, 0, 0, 0, 8])
    expect(packet([0x51, 0, 0, 0, 0, 0, 0, 0, 4])).toEqual([0, 32, 14, 1])
    for (const code of [0x1b, 0x1e, 0x2b]) expect(packet([code])).toEqual([])
  })

  test('DEVICE RESET is for packet devices', () => {
    command(0x08, { device: slave })
    expect([hex(channel.read(4, 1)), hex(channel.read(5, 1)), status()]).toEqual(['14', 'eb', 0])
  })
})
