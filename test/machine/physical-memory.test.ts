import { expect, test } from 'vitest'
import { state as layout } from '../../src/machine/cpu/state-layout.ts'
import { bit, PagedMachine, region, tables } from './paged-machine.ts'
import { RecordingChip } from './recording-chip.ts'

const mib = 2 ** 20
const all = bit.p | bit.w | bit.u

function romOf(...bytes: readonly number[]): Uint8Array {
  const image = new Uint8Array(0x2_0000).fill(0x90)
  image.set(bytes, 0x1_0000)
  return image
}

test('RAM ends where it ends: behind it reads are all ones and writes are lost', () => {
  const machine = new PagedMachine('off')
  expect(machine.readAs('read4', BigInt(8 * mib - 4))).toBe(0n)
  expect(machine.readAs('read4', BigInt(8 * mib))).toBe(0xffff_ffffn)
  expect(machine.readAs('read4', BigInt(8 * mib - 2))).toBe(0xffff_0000n)
  machine.a = 0x1122_3344n
  expect(machine.does('write4', BigInt(8 * mib - 2))).toBe('ok')
  expect(machine.readAs('read4', BigInt(8 * mib - 2))).toBe(0xffff_3344n)
  expect(machine.readAs('read4', 0xffff_fffcn)).toBe(0xffff_ffffn)
})

test('3 GiB of RAM are RAM to the last byte', () => {
  const machine = new PagedMachine('off', { ramBytes: 3 * 2 ** 30 })
  const top = BigInt(3 * 2 ** 30 - 4)
  machine.a = 0x1234_5678n
  expect(machine.does('write4', top)).toBe('ok')
  expect(machine.does('write4', top)).toBe('ok')
  expect(machine.readAs('read4', top)).toBe(0x1234_5678n)
  expect(machine.memory.read(Number(top), 4)).toEqual(Uint8Array.of(0x78, 0x56, 0x34, 0x12))
  machine.memory.write(Number(top), Uint8Array.of(0xeb, 0xfe))
  expect(machine.does('execute', top)).toBe('ok')
  expect(machine.readAs('read4', top + 4n)).toBe(0xffff_ffffn)
})

test('code above 2 GiB is decoded again where it was written', () => {
  const machine = new PagedMachine('off', { ramBytes: 3 * 2 ** 30 })
  const at = 0xa000_0000n
  // MOV AL, 1; JMP to it.
  machine.memory.write(Number(at), Uint8Array.of(0xb0, 1, 0xeb, 0xfc))
  machine.does('execute', at)
  machine.cpu.run(4)
  expect(machine.cpu.state.general(0, 2) & 0xffn).toBe(1n)
  machine.memory.write(Number(at) + 1, Uint8Array.of(9))
  machine.cpu.run(4)
  expect(machine.cpu.state.general(0, 2) & 0xffn).toBe(9n)
})

test('ROM lies below 4 GiB, its end below 1 MiB too; writes to it are lost', () => {
  const rom = { image: romOf(1, 2, 3, 4), hasShadow: true }
  const machine = new PagedMachine('off', { rom })
  for (const at of [0xffff_0000n, 0xf_0000n]) {
    expect(machine.readAs('read4', at)).toBe(0x0403_0201n)
    machine.a = 0n
    expect(machine.does('write4', at)).toBe('ok')
    expect(machine.readAs('read4', at)).toBe(0x0403_0201n)
  }
  expect(machine.readAs('read', 0xfffe_0000n)).toBe(0x90n)
  expect(machine.readAs('read', 0xfffd_ffffn)).toBe(0xffn)
  machine.memory.write(0xf_0000, Uint8Array.of(9))
  expect(machine.memory.read(0xffff_0000, 2)).toEqual(Uint8Array.of(1, 2))
  expect(new PagedMachine('off', { rom: { ...rom, hasShadow: false } }).readAs('read', 0xf_0000n)).toBe(0n)
})

test('code runs in ROM, and a store to it leaves it as it is', () => {
  // MOV [ESI], AL; JMP to itself.
  const rom = { image: romOf(0x88, 0x06, 0xeb, 0xfe), hasShadow: true }
  const machine = new PagedMachine('off', { rom })
  machine.a = 0xf4n
  machine.cpu.state.setGeneral(6, 0xf_0002n)
  machine.cpu.state.rip = 0xf_0000n
  expect(machine.cpu.run(10)).toEqual({ stop: { kind: 'budget' }, left: 0 })
  expect(machine.cpu.state.rip).toBe(0xf_0002n)
})

test('page tables may be in ROM: A and D are lost there', () => {
  const image = romOf()
  const view = new DataView(image.buffer)
  view.setBigUint64(0x1_0000, 0x20_0000n | all, true)
  const machine = new PagedMachine('long', { rom: { image, hasShadow: true } })
  machine.map(0n)
  machine.set(machine.directoryEntry, 0xffff_0000n | all)
  expect(machine.does('write', region.long)).toBe('ok')
  expect(machine.get(0xffff_0000)).toBe(0x20_0000n | all)
})

test('a chip is asked once for up to four bytes, and byte by byte over the end of a page', () => {
  const machine = new PagedMachine('off')
  const chip = new RecordingChip()
  machine.memory.attach(0xfec0_0000, 0x1000, chip)
  expect(machine.readAs('read4', 0xfec0_0010n)).toBe(0x1010_1010n)
  machine.a = 0xaabb_ccddn
  machine.does('write4', 0xfec0_0011n)
  machine.does('write', 0xfec0_0fffn)
  expect(chip.seen).toEqual(['read 10 4', 'write 11 4 aabbccdd', 'write fff 1 dd'])
  chip.seen.length = 0
  expect(machine.readAs('read4', 0xfec0_0ffen)).toBe(0xffff_fffen)
  expect(chip.seen.toSorted()).toEqual(['read ffe 1', 'read fff 1'])
})

test('eight bytes of a chip are two accesses, the lower first', () => {
  const machine = new PagedMachine('long')
  const chip = new RecordingChip()
  machine.memory.attach(0xfec0_0000, 0x1000, chip)
  machine.map(0xfec0_0000n | all)
  expect(machine.readAs('read8', region.long + 8n)).toBe(0x0c0c_0c0c_0808_0808n)
  machine.a = 0x1122_3344_5566_7788n
  machine.does('write8', region.long)
  expect(chip.seen).toEqual(['read 8 4', 'read c 4', 'write 0 4 55667788', 'write 4 4 11223344'])
})

test('a chip below 1 MiB hides RAM as long as it is there', () => {
  const machine = new PagedMachine('off')
  machine.memory.write(0xa_0000, Uint8Array.of(7, 7))
  expect(machine.readAs('read', 0xa_0001n)).toBe(7n)
  const chip = new RecordingChip()
  machine.memory.attach(0xa_0000, 0x2_0000, chip)
  expect(machine.readAs('read', 0xa_0001n)).toBe(1n)
  expect(machine.readAs('read', 0xb_ffffn)).toBe(0xffn)
  expect(machine.memory.read(0xa_0000, 2)).toEqual(Uint8Array.of(0xff, 0xff))
  expect(chip.seen).toEqual(['read 1 1', 'read 1ffff 1'])
  machine.memory.detachAll()
  expect(machine.readAs('read', 0xa_0001n)).toBe(7n)
})

test('code is fetched from a chip each time it runs', () => {
  const machine = new PagedMachine('off')
  // INC EAX; JMP to it.
  const code = [0x40, 0xeb, 0xfd]
  machine.memory.attach(0xfec0_0000, 0x1000, { read: (offset) => code[offset] ?? 0x90, write: () => {} })
  machine.a = 0n
  machine.cpu.state.rip = 0xfec0_0000n
  machine.cpu.run(6)
  expect(machine.a).toBe(3n)
  // DEC EAX.
  code[0] = 0x48
  machine.cpu.run(6)
  expect(machine.a).toBe(0n)
})

test('with A20 masked, addresses lose bit 20: data, code and page tables', () => {
  const machine = new PagedMachine('long')
  machine.map(0x30_0000n | all)
  machine.memory.write(0x30_0000, Uint8Array.of(3))
  machine.memory.write(0x20_0000, Uint8Array.of(2))
  machine.set(machine.directoryEntry, BigInt(tables.table + mib) | all)
  expect(machine.does('read', region.long)).toBe('#14(0)')
  machine.cpu.state.setU32(layout.a20, 0)
  machine.cpu.settle()
  expect(machine.readAs('read', region.long)).toBe(2n)
  machine.cpu.state.setU32(layout.a20, 1)
  machine.cpu.settle()
  machine.set(machine.directoryEntry, BigInt(tables.table) | all)
  expect(machine.readAs('read', region.long)).toBe(3n)
})

test('a device that writes to memory changes code that has run', () => {
  const machine = new PagedMachine('off')
  machine.memory.write(0x20_0000, Uint8Array.of(0x40, 0xeb, 0xfd))
  machine.a = 0n
  machine.cpu.state.rip = 0x20_0000n
  machine.cpu.run(6)
  expect(machine.a).toBe(3n)
  machine.memory.write(0x1f_ffff, Uint8Array.of(0x90, 0x48))
  machine.cpu.run(6)
  expect(machine.a).toBe(0n)
})

test('an access over two pages faults on the second with nothing written, and CR2 tells the page', () => {
  const machine = new PagedMachine('long')
  machine.map(0x20_0000n | all)
  machine.a = 0xffff_ffffn
  expect(machine.does('write4', region.long + 0xffen)).toBe('#14(2)')
  expect(machine.cr2).toBe(region.long + 0x1000n)
  expect(machine.memory.read(0x20_0ffc, 4)).toEqual(new Uint8Array(4))
  machine.set(tables.table + 8, 0x23_0000n | all)
  expect(machine.does('write4', region.long + 0xffen)).toBe('ok')
  expect(machine.memory.read(0x20_0ffc, 6)).toEqual(Uint8Array.of(0, 0, 0xff, 0xff, 0, 0))
  expect(machine.memory.read(0x23_0000, 4)).toEqual(Uint8Array.of(0xff, 0xff, 0, 0))
})

test('RAM below 1 MiB answers reads, writes, both or neither', () => {
  const machine = new PagedMachine('off')
  const lost: string[] = []
  machine.memory.watch = {
    unknown: (at, size, isWrite) => lost.push(`${isWrite ? 'write' : 'read'} ${at.toString(16)} ${size}`),
  }
  machine.memory.write(0xc_0000, Uint8Array.of(1))
  machine.memory.setRamAccess(0xc_0000, 0x4000, { reads: true, writes: false })
  machine.a = 2n
  expect(machine.does('write', 0xc_0000n)).toBe('ok')
  machine.memory.write(0xc_0000, Uint8Array.of(3))
  expect(machine.readAs('read', 0xc_0000n)).toBe(1n)
  machine.memory.setRamAccess(0xc_0000, 0x4000, { reads: false, writes: true })
  machine.a = 0xaabb_ccddn
  expect(machine.does('write4', 0xc_0000n)).toBe('ok')
  expect([machine.readAs('read4', 0xc_0000n), machine.readAs('read', 0xc_4000n)]).toEqual([0xffff_ffffn, 0n])
  machine.memory.setRamAccess(0xc_0000, 0x4000, { reads: false, writes: false })
  machine.a = 0n
  expect(machine.does('write', 0xc_0000n)).toBe('ok')
  machine.memory.setRamAccess(0xc_0000, 0x4000, { reads: true, writes: true })
  expect(machine.readAs('read4', 0xc_0000n)).toBe(0xaabb_ccddn)
  expect(lost).toEqual(['read c0000 4', 'write c0000 1'])
})

test('numbers come from RAM, ROM and chips alike, and go there', () => {
  const { memory } = new PagedMachine('off', { rom: { image: romOf(1, 2, 3, 4), hasShadow: true } })
  const chip = new RecordingChip()
  memory.attach(0xa_0000, 0x1000, chip)
  memory.writeNumber(0x1234, 4, 0x8765_4321)
  expect(memory.read(0x1234, 4)).toEqual(Uint8Array.of(0x21, 0x43, 0x65, 0x87))
  expect([1, 2, 4].map((size) => memory.readNumber(0x1234, size))).toEqual([0x21, 0x4321, 0x8765_4321])
  memory.writeNumber(0xf_0000, 2, 0xffff)
  expect(memory.readNumber(0xf_0000, 4)).toBe(0x0403_0201)
  memory.writeNumber(0xa_0010, 2, 0x0102)
  expect(memory.readNumber(0xa_0010, 4)).toBe(0x1010_1010)
  expect(chip.seen).toEqual(['write 10 2 102', 'read 10 4'])
})

test('ROM shows where RAM does not answer, and writes go to RAM behind it', () => {
  const machine = new PagedMachine('off', { rom: { image: romOf(1, 2, 3, 4), hasShadow: true } })
  machine.memory.setRamAccess(0xf_0000, 0x1_0000, { reads: false, writes: true })
  machine.a = 0x8877_6655n
  expect(machine.does('write4', 0xf_0000n)).toBe('ok')
  expect(machine.readAs('read4', 0xf_0000n)).toBe(0x0403_0201n)
  machine.memory.setRamAccess(0xf_0000, 0x1_0000, { reads: true, writes: false })
  expect(machine.readAs('read4', 0xf_0000n)).toBe(0x8877_6655n)
})

test('code that lies in read-only RAM changes with it once it can be written', () => {
  const machine = new PagedMachine('off')
  machine.memory.write(0xf_0000, Uint8Array.of(0x40, 0xeb, 0xfd))
  machine.memory.setRamAccess(0xf_0000, 0x1_0000, { reads: true, writes: false })
  machine.a = 0n
  machine.cpu.state.rip = 0xf_0000n
  machine.cpu.run(4)
  expect(machine.a).toBe(2n)
  machine.memory.write(0xf_0000, Uint8Array.of(0x48))
  machine.cpu.run(4)
  expect(machine.a).toBe(4n)
  machine.memory.setRamAccess(0xf_0000, 0x1_0000, { reads: true, writes: true })
  machine.memory.write(0xf_0000, Uint8Array.of(0x48))
  machine.cpu.run(4)
  expect(machine.a).toBe(2n)
})

test('a window moves, hides no RAM, and goes away', () => {
  const machine = new PagedMachine('off')
  const window = machine.memory.window(0x1000, new RecordingChip())
  expect(machine.readAs('read', 0xfd00_0001n)).toBe(0xffn)
  window.place(0xfd00_0000)
  expect(machine.readAs('read', 0xfd00_0001n)).toBe(1n)
  window.place(0x40_0000)
  expect([machine.readAs('read', 0xfd00_0001n), machine.readAs('read', 0x40_0001n)]).toEqual([0xffn, 0n])
  window.place(null)
  expect(machine.readAs('read', 0xfd00_0001n)).toBe(0xffn)
})
