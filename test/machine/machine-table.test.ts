import { expect, test } from 'vitest'
import { makePc } from './make-pc.ts'

/** Device 0 to 31, function 0 to 7: vendor and device, class. */
const identities = {
  pc: [
    '0.0 12378086 060000',
    '1.0 70008086 060100',
    '1.1 70108086 010180',
    '1.3 71138086 068000',
    '2.0 11111234 030000',
  ],
  q35: ['0.0 29c08086 060000', '1.0 11111234 030000', '31.0 29188086 060100', '31.3 29308086 0c0500'],
} as const

test.each(['pc', 'q35'] as const)('%s: functions of bus 0, by a scan', (shape) => {
  const { config } = makePc(shape)
  const found: string[] = []
  for (let place = 0; place < 256; place++) {
    const [device, number] = [place >> 3, place & 7]
    const id = config(device, number, 0)
    if (id === 0xffff_ffff) continue
    const name = id.toString(16).padStart(8, '0')
    const classCode = (config(device, number, 8) >>> 8).toString(16).padStart(6, '0')
    found.push(`${device}.${number} ${name} ${classCode}`)
  }
  expect(found).toEqual(identities[shape])
})

test('CF8 to CFF: the address is there for four bytes, data for all widths, and CF9 resets', () => {
  const { space, events } = makePc('pc')
  space.write(0xcf8, 4, 0x8000_0000)
  expect([space.read(0xcf8, 4), space.read(0xcf8, 1), space.read(0xcf8, 2)]).toEqual([
    0x8000_0000, 0xff, 0xffff,
  ])
  expect([space.read(0xcfc, 4), space.read(0xcfe, 2), space.read(0xcfd, 1)]).toEqual([
    0x1237_8086, 0x1237, 0x80,
  ])
  expect(space.read(0xcf9, 1)).toBe(0)
  space.write(0xcf9, 1, 2)
  expect([events, space.read(0xcf8, 4)]).toEqual([[], 0x8000_0000])
  space.write(0xcf9, 1, 6)
  expect(events).toEqual(['reset by cf9'])
})

/** RE and WE of each nibble (82441FX, section 3.2.18). */
test.each([
  ['pc', 0x59],
  ['q35', 0x90],
] as const)('%s: attribute map registers open and close RAM', (shape, first) => {
  const { setConfig, config, memory } = makePc(shape)
  expect(['ram', 'readOnlyRam']).toContain(memory.lowPage(0xf_0000))
  const pages = (...addresses: number[]) => addresses.map((at) => memory.lowPage(at))
  expect(pages(0xb_f000, 0xc_0000, 0xe_7000, 0xe_8000, 0xf_0000, 0xf_f000)).toEqual([
    ...['ram', 'readOnlyRam', 'readOnlyRam'],
    ...['ram', 'readOnlyRam', 'readOnlyRam'],
  ])
  setConfig(0, 0, first, 1, 0xff)
  expect(config(0, 0, first, 1)).toBe(0x30)
  expect(pages(0xf_0000, 0xf_f000)).toEqual(['ram', 'ram'])
  setConfig(0, 0, first + 1, 1, 0x31)
  expect(pages(0xc_0000, 0xc_3000, 0xc_4000, 0xc_7000)).toEqual(['readOnlyRam', 'readOnlyRam', 'ram', 'ram'])
  setConfig(0, 0, first + 6, 1, 0x02)
  expect(pages(0xe_8000, 0xe_c000)).toEqual(['chip', 'chip'])
})

test.each([
  ['pc', 1, 3, 0x40, 0x80, 1],
  ['q35', 31, 0, 0x40, 0x44, 0x80],
] as const)(
  '%s: the power management block is where its function says',
  (shape, device, number, base, enable, bit) => {
    const { space, setConfig, config } = makePc(shape)
    space.write(0x602, 2, 0x0101)
    expect([space.read(0x602, 2), config(device, number, base)]).toEqual([0x0101, 0x601])
    setConfig(device, number, base, 4, 0xe400)
    expect([space.read(0x602, 2), space.read(0xe402, 2)]).toEqual([0xffff, 0x0101])
    setConfig(device, number, enable, 1, 0)
    expect(space.read(0xe402, 2)).toBe(0xffff)
    setConfig(device, number, enable, 1, bit)
    expect(space.read(0xe402, 2)).toBe(0x0101)
  },
)

test('the VGA function’s windows are sized', () => {
  const { config, setConfig } = makePc('pc')
  for (const at of [0x10, 0x14, 0x18, 0x30]) setConfig(2, 0, at, 4, 0xffff_ffff)
  expect([0x10, 0x14, 0x18, 0x30].map((at) => config(2, 0, at))).toEqual([
    0xff00_0008, 0, 0xffff_f000, 0xffff_0001,
  ])
})

test('state of both shapes comes back, moved windows too', () => {
  for (const shape of ['pc', 'q35'] as const) {
    const one = makePc(shape)
    const [device, number] = shape === 'pc' ? [1, 3] : [31, 0]
    one.setConfig(device, number, 0x40, 4, 0xe400)
    one.space.write(0xe402, 2, 0x0100)
    one.setConfig(0, 0, shape === 'pc' ? 0x59 : 0x90, 1, 0x30)
    const saved = structuredClone(one.board.save())
    const other = makePc(shape)
    other.board.load(saved)
    expect(other.board.save()).toEqual(saved)
    expect([other.space.read(0xe402, 2), other.memory.lowPage(0xf_0000)]).toEqual([0x0100, 'ram'])
  }
})
