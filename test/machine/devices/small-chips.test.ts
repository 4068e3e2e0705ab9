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
