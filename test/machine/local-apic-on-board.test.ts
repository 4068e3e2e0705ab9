import { expect, test } from 'vitest'
import { longMode } from './long-mode.ts'
import { makePc } from './make-pc.ts'
import { registersOf } from './register-file.ts'

const apicAt = 0xfee0_0000

test('firmware leaves a virtual wire: the interrupt controllers’ vectors come through LINT0', () => {
  const { board, space, memory, events } = makePc()
  expect([0x30, 0xf0, 0x350, 0x360].map((at) => memory.readChip(apicAt + at, 4))).toEqual([
    ...[0x5_0014, 0x1ff, 0x8700, 0x8400],
  ])
  board.chips.keyboard.press('a', true)
  expect([events.at(-1), board.acknowledge()]).toEqual(['INTR up', 9])
  space.write(0x20, 1, 0x20)
  memory.writeChip(apicAt + 0x350, 4, 0x1_8700)
  space.read(0x60, 1)
  events.length = 0
  board.chips.keyboard.press('b', true)
  expect(events.includes('INTR up')).toBe(false)
})

test('its timer interrupts with its own vector, above what waits behind LINT0', () => {
  const { board, memory, events, runTo } = makePc()
  memory.writeChip(apicAt + 0x3e0, 4, 0xb)
  memory.writeChip(apicAt + 0x320, 4, 0x40)
  memory.writeChip(apicAt + 0x380, 4, 1000)
  board.chips.keyboard.press('a', true)
  events.length = 0
  runTo(999)
  expect(memory.readChip(apicAt + 0x390, 4)).toBe(1)
  runTo(1000)
  expect([events.at(-1), board.acknowledge(), board.acknowledge()]).toEqual(['INTR up', 0x40, 9])
})

/** SDM volume 3, section 11.4.3. */
test('IA32_APIC_BASE moves it and switches it off: then INTR is the interrupt controllers’ own', () => {
  const { board, memory } = makePc()
  board.placeApic(0xfef0_0900n)
  expect([memory.readChip(apicAt + 0x30, 4), memory.readChip(0xfef0_0030, 4)]).toEqual([
    0xffff_ffff, 0x5_0014,
  ])
  board.placeApic(0xfee0_0100n)
  expect(memory.readChip(apicAt + 0x30, 4)).toBe(0xffff_ffff)
  board.chips.keyboard.press('a', true)
  expect(board.acknowledge()).toBe(9)
  board.placeApic(0xfee0_0900n)
  expect([0xf0, 0x350].map((at) => memory.readChip(apicAt + at, 4))).toEqual([0xff, 0x1_0000])
})

test('where it was moved to it is on a board that is given the state, too', () => {
  const [one, other] = [makePc(), makePc()]
  one.board.placeApic(0xfef0_0900n)
  other.board.load(one.board.save())
  const seen = [apicAt, 0xfef0_0000].map((at) => other.memory.readChip(at + 0x30, 4))
  expect(seen).toEqual([0xffff_ffff, 0x5_0014])
})

/** MOV EAX, [ESI + 30h]; MOV ECX, 1Bh; RDMSR; AND AH, F7h; WRMSR; MOV EBX, [ESI + 30h]; JMP to itself. */
const disable = [
  ...[0x8b, 0x7e, 0x30, 0xb9, 0x1b, 0, 0, 0, 0x0f, 0x32, 0x80, 0xe4, 0xf7],
  ...[0x0f, 0x30, 0x8b, 0x5e, 0x30, 0xeb, 0xfe],
]

/** General registers at the end; RSI points to the APIC. */
function run(code: readonly number[], values: Readonly<Record<number, bigint>>): readonly bigint[] {
  const at = { ...values, 6: BigInt(apicAt) }
  const machine = longMode(Uint8Array.from(code), {
    general: Array.from({ length: 16 }, (_, index) => at[index as 6] ?? 0n),
  })
  const view = new DataView(machine.cpu.ram.buffer, machine.cpu.ram.byteOffset)
  // The chips' gibibyte, with one large page.
  view.setBigUint64(0x2000 + 8 * 3, 0x5003n, true)
  view.setBigUint64(0x5000 + 8 * 0x1f7, 0xfee0_0083n, true)
  machine.run(20)
  return registersOf(machine.cpu).general
}

test('a guest reaches it through memory and switches it off by its register', () => {
  const after = run(disable, {})
  expect([after[7], after[3]]).toEqual([0x5_0014n, 0xffff_ffffn])
})

/** MOV CR8, RAX; MOV EBX, [ESI + 80h]; MOV dword [ESI + 80h], 20h; MOV RCX, CR8; JMP to itself. */
const priorities = [
  ...[0x44, 0x0f, 0x22, 0xc0, 0x8b, 0x9e, 0x80, 0, 0, 0, 0xc7, 0x86, 0x80, 0, 0, 0, 0x20, 0, 0, 0],
  ...[0x44, 0x0f, 0x20, 0xc1, 0xeb, 0xfe],
]

test('CR8 and the task priority register are one', () => {
  const after = run(priorities, { 0: 7n })
  expect([after[3], after[1]]).toEqual([0x70n, 2n])
})
