import { expect, test } from 'vitest'
import { FwCfg } from '../../../src/machine/devices/fw-cfg.ts'
import { SmbusHost } from '../../../src/machine/devices/smbus-host.ts'
import { makePc } from '../make-pc.ts'

/** QEMU, docs/specs/fw_cfg: key 0 is the signature, key 1 the features; what is not there reads as zeros. */
test('fw_cfg: signature and identity, byte by byte, from the beginning with each selection', () => {
  const { space, read } = makePc()
  const item = (key: number, count: number) => {
    space.write(0x510, 2, key)
    return Array.from({ length: count }, () => read(0x511))
  }
  expect([item(0, 5), item(1, 4), item(0x19, 2), item(0, 1)]).toEqual([
    [...Buffer.from('QEMU'), 0],
    [1, 0, 0, 0],
    [0, 0],
    [0x51],
  ])
})

test('fw_cfg goes on behind what was read', () => {
  const one = new FwCfg()
  one.read(1, 1)
  const other = new FwCfg()
  other.load(structuredClone(one.save()))
  expect([other.peek(1), other.read(1, 1), other.read(1, 1)]).toEqual([0x45, 0x45, 0x4d])
  other.reset()
  expect(other.read(1, 1)).toBe(0x51)
})

test('pvpanic says which events it knows, and tells of them', () => {
  const { space, read, events } = makePc()
  expect(read(0x505)).toBe(3)
  space.write(0x505, 1, 4)
  expect(events).toEqual([])
  space.write(0x505, 1, 1)
  expect(events).toEqual(['panicked'])
})

/** Intel 290562, section 7.3: what nobody claims is a device error; ones take bits back. */
test.each([
  ['pc', 0],
  ['q35', 0x40],
] as const)('the SMBus of a %s has no devices', (shape, semaphore) => {
  const { space, read } = makePc(shape)
  const status = () => read(0x700)
  space.write(0x704, 1, 0xa1)
  space.write(0x702, 1, 0x48)
  expect([status(), read(0x702), read(0x704)]).toEqual([4, 8, 0xa1])
  space.write(0x700, 1, 4)
  expect(status()).toBe(semaphore)
  space.write(0x700, 1, 0xff)
  space.write(0x702, 1, 2)
  expect([status(), status()]).toEqual([0x10, 0x10 | semaphore])
})

test('an SMBus that was saved goes on', () => {
  const one = new SmbusHost(true)
  one.write(2, 1, 0x40)
  const other = new SmbusHost(true)
  other.load(structuredClone(one.save()))
  expect([other.read(0), other.read(0)]).toEqual([4, 0x44])
  other.reset()
  expect(other.peek(0)).toBe(0)
})

test('port 92h keeps its byte and resets when bit 0 rises, not while it stays', () => {
  const { space, read, events } = makePc()
  expect(read(0x92)).toBe(2)
  for (const value of [0xfc, 3, 3, 2, 3]) space.write(0x92, 1, value)
  expect(read(0x92)).toBe(3)
  expect(events.filter((event) => event.startsWith('reset'))).toEqual(['reset by port92', 'reset by port92'])
})

/** Intel 290550, Reset Control Register: bit 2 resets, bit 1 says how. */
test('CF9h keeps the kind of reset alone', () => {
  const { space, read, events } = makePc()
  space.write(0xcf9, 1, 0xfb)
  expect([read(0xcf9), events]).toEqual([2, []])
  space.write(0xcf9, 1, 4)
  expect([read(0xcf9), events]).toEqual([0, ['reset by cf9']])
})

/** Intel 290550, Coprocessor Error. */
test('F0h ends a coprocessor error, and has nothing to read', () => {
  const { board, space, read, events } = makePc()
  space.write(0xf0, 1, 0)
  board.chips.coprocessor.report()
  expect([read(0xf0), board.chips.coprocessor.save()]).toEqual([0xff, true])
  space.write(0xf0, 1, 0xff)
  expect(board.chips.coprocessor.save()).toBe(false)
  expect(events.filter((event) => event === 'IGNNE')).toHaveLength(1)
})

/** Intel 290562, Edge and Level Control Registers: requests 0, 1, 2, 8 and 13 are edges. */
test('ELCR has a bit for every request that may be a level', () => {
  const { space, read } = makePc()
  expect([read(0x4d0), read(0x4d1)]).toEqual([0, 0x0c])
  space.write(0x4d0, 2, 0xffff)
  expect([read(0x4d0), read(0x4d1)]).toEqual([0xf8, 0xde])
})

test('ports of emulators switch the power off: 8900h by a word, B004h by SLP_EN with type 0', () => {
  const { space, read, events } = makePc()
  const say = (word: string) => {
    for (const letter of Buffer.from(word)) space.write(0x8900, 1, letter)
  }
  say('Shutdow')
  say('ShutShutdown')
  space.write(0xb004, 2, 0x2400)
  space.write(0xb004, 1, 0)
  space.write(0xb005, 1, 0x20)
  space.write(0xb004, 2, 0x2000)
  expect(events).toEqual(['power off', 'power off'])
  expect([read(0x8900), space.read(0xb004, 2)]).toEqual([0xff, 0xffff])
})

test('isa-debug-exit and debug consoles hide what is at the ports that a user chooses', () => {
  const { board, space, read, events } = makePc()
  board.plug({ exit: { port: 0xf4, size: 4 }, debugConsole: 0x80 })
  space.write(0xf4, 4, 0x1234_5678)
  space.write(0xf6, 1, 1)
  for (const port of [0x80, 0x402]) space.write(port, 1, 0x41)
  expect(events).toEqual(['exit 305419896', 'exit 1', 'console 65', 'console 65'])
  expect([read(0xf4), read(0x80), read(0x402)]).toEqual([0, 0xe9, 0xe9])
  board.plug({ exit: null, debugConsole: null })
  space.write(0x80, 1, 0x42)
  expect([read(0xf4), read(0x80), read(0x402), events.length]).toEqual([0xff, 0x42, 0xff, 4])
})

test('the trap of the firmware tells of a write of any size, and has nothing to read', () => {
  const { space, read, events } = makePc()
  space.write(0xb8, 2, 0)
  expect([read(0xb8), events]).toEqual([0xff, ['trap']])
})
