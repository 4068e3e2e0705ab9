import { expect, test } from 'vitest'
import { PagedMachine } from './paged-machine.ts'
import { RecordingChip } from './recording-chip.ts'

const mib = 2 ** 20
const at = 0xfd00_0000

function machineWithDevice() {
  const machine = new PagedMachine('off', { deviceBytes: mib })
  const { device } = machine.memory
  const window = machine.memory.deviceWindow()
  const read = (address: number) => Number(machine.readAs('read', BigInt(address)))
  const write = (address: number, value: number) => {
    machine.a = BigInt(value)
    expect(machine.does('write', BigInt(address))).toBe('ok')
  }
  return { machine, device, window, read, write }
}

test('is as good as RAM where its window is, and moves with it', () => {
  const { machine, device, window, read, write } = machineWithDevice()
  expect(read(at)).toBe(0xff)
  window.place(at)
  write(at + 5, 7)
  write(at + mib - 1, 8)
  expect([read(at + 5), device.contents[5], device.contents[mib - 1]]).toEqual([7, 7, 8])
  expect([read(at - 1), read(at + mib)]).toEqual([0xff, 0xff])
  expect(machine.memory.read(at + 5, 1)).toEqual(Uint8Array.of(7))
  machine.memory.write(at + 6, Uint8Array.of(9))
  expect(read(at + 6)).toBe(9)
  window.place(0xe000_0000)
  write(at + 5, 1)
  expect([read(at + 5), read(0xe000_0005)]).toEqual([0xff, 7])
  window.place(null)
  write(0xe000_0005, 1)
  expect([read(0xe000_0005), device.contents[5]]).toEqual([0xff, 7])
})

test('hides neither RAM nor chips: with part of its addresses somebody else’s it still answers', () => {
  const { machine, device, window, read, write } = machineWithDevice()
  window.place(7 * mib + 0x8_0000)
  write(8 * mib - 1, 3)
  write(8 * mib, 4)
  expect([device.contents[0x8_0000 - 1], device.contents[0x8_0000], read(8 * mib - 1)]).toEqual([0, 4, 3])
  window.place(at)
  machine.memory.attach(at + 0x1000, 0x1000, new RecordingChip())
  write(at + 0x2003, 6)
  expect([read(at + 0x1004), read(at + 0x2003), device.contents[0x2003]]).toEqual([4, 6, 6])
  const other = machine.memory.window(0x1000, new RecordingChip())
  machine.memory.detachAll()
  other.place(at + mib - 0x800)
  expect(read(at + mib + 1)).toBe(0x01)
  other.place(null)
  expect([read(at + 0x1004), read(at + 0x2003)]).toEqual([0, 6])
})

test('shows at pages below 1 MiB, part by part', () => {
  const { machine, device, read, write } = machineWithDevice()
  device.writeBytes(0x2_0000, Uint8Array.of(1, 2))
  write(0xa_0000, 9)
  machine.memory.showDevice({ first: 0xa_0000, count: 0x1_0000, offset: 0x2_0000 })
  write(0xa_0002, 3)
  expect([read(0xa_0000), read(0xa_0001), device.contents[0x2_0002], read(0xb_0000)]).toEqual([1, 2, 3, 0])
  machine.memory.showDevice({ first: 0xa_0000, count: 0x1_0000, offset: 0 })
  expect(read(0xa_0000)).toBe(0)
  machine.memory.showDevice(null)
  expect(read(0xa_0000)).toBe(9)
})

test('code runs in it, and changes when somebody writes there', () => {
  const { machine, device, window } = machineWithDevice()
  window.place(at)
  // INC EAX; JMP to it.
  device.writeBytes(0x10, Uint8Array.of(0x40, 0xeb, 0xfd))
  machine.a = 0n
  machine.cpu.state.rip = BigInt(at + 0x10)
  machine.cpu.run(6)
  expect(machine.a).toBe(3n)
  // DEC EAX.
  device.write(0x10, 1, 0x48)
  machine.cpu.run(6)
  expect(machine.a).toBe(0n)
  device.clear()
  device.write(0x10, 2, 0xfeeb)
  machine.cpu.run(6)
  expect(machine.a).toBe(0n)
})

test('pages that hold something are saved, and nothing else', () => {
  const { machine, device, window, write } = machineWithDevice()
  window.place(at)
  write(at + 0x3004, 5)
  write(at + 0x5000, 0)
  device.writeBytes(0x8fff, Uint8Array.of(1, 2))
  const saved = structuredClone(device.save())
  expect(saved.map(({ at: page }) => page)).toEqual([0x3000, 0x8000, 0x9000])
  device.clear(0x3000, 5)
  expect(device.save().map(({ at: page }) => page)).toEqual([0x8000, 0x9000])
  device.load(saved)
  expect(device.save()).toEqual(saved)
  machine.cpu.settle()
  device.reset()
  expect(device.contents.every((byte) => byte === 0)).toBe(true)
  machine.cpu.settle()
  write(at + 0x3004, 6)
  expect(device.save().map(({ at: page }) => page)).toEqual([0x3000])
})
