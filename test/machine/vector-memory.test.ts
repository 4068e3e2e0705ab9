import { expect, test } from 'vitest'
import { acFlag, bit, cr0, cr4, PagedMachine, region, tables } from './paged-machine.ts'
import { RecordingChip } from './recording-chip.ts'

const all = bit.p | bit.w | bit.u
const chipAt = 0xfec0_0000
const at = region.long
const ascending = Uint8Array.from({ length: 16 }, (_, index) => index + 1)

/** Masks of MASKMOVDQU. */
const none = new Uint8Array(16)
const every = new Uint8Array(16).fill(0x80)
const only = (...bytes: readonly number[]) => none.map((_, index) => (bytes.includes(index) ? 0x80 : 0x7f))

function machine(leaf: bigint): PagedMachine {
  const made = new PagedMachine('long', { cr4: cr4.osfxsr })
  made.map(leaf)
  made.vector(0).set(ascending)
  return made
}

function withChip(): { readonly made: PagedMachine; readonly chip: RecordingChip } {
  const made = machine(BigInt(chipAt) | all)
  const chip = new RecordingChip()
  made.memory.attach(chipAt, 0x1000, chip)
  return { made, chip }
}

function moveMasked(made: PagedMachine, to: bigint, mask: Uint8Array): string {
  made.vector(1).set(mask)
  made.di = to
  return made.does('writeMasked', to)
}

test('sixteen bytes of a chip are four accesses, the lowest first', () => {
  const { made, chip } = withChip()
  expect(made.does('writeVector', at + 0x10n)).toBe('ok')
  expect(made.does('readVector', at + 0x20n)).toBe('ok')
  expect(chip.seen).toEqual([
    ...['write 10 4 4030201', 'write 14 4 8070605', 'write 18 4 c0b0a09', 'write 1c 4 100f0e0d'],
    ...['read 20 4', 'read 24 4', 'read 28 4', 'read 2c 4'],
  ])
  expect(made.vector(0)).toEqual(Uint8Array.from({ length: 16 }, (_, index) => 0x20 + (index & ~3)))
})

test('MOVHPS asks a chip for eight bytes, and moves the upper half', () => {
  const { made, chip } = withChip()
  expect(made.does('writeHigh', at)).toBe('ok')
  expect(made.does('readHigh', at + 8n)).toBe('ok')
  expect(chip.seen).toEqual(['write 0 4 c0b0a09', 'write 4 4 100f0e0d', 'read 8 4', 'read c 4'])
  expect(made.vector(0)).toEqual(Uint8Array.of(...ascending.subarray(0, 8), 8, 8, 8, 8, 12, 12, 12, 12))
})

test('MASKMOVDQU writes the bytes of a chip that the mask chooses, and reads none', () => {
  const { made, chip } = withChip()
  expect(moveMasked(made, at + 3n, only(0, 5, 15))).toBe('ok')
  expect(moveMasked(made, at, none)).toBe('ok')
  expect(chip.seen).toEqual(['write 3 1 1', 'write 8 1 6', 'write 12 1 10'])
})

test.each(['writeVector', 'writeHigh', 'writeMasked'] as const)(
  '%s over two pages writes nothing where the second is missing',
  (what) => {
    const made = machine(0x20_0000n | all)
    const to = at + 0xffcn
    made.vector(1).set(every)
    made.di = to
    expect(made.does(what, to)).toBe('#14(2)')
    expect(made.cr2).toBe(at + 0x1000n)
    expect(made.memory.read(0x20_0ffc, 4)).toEqual(new Uint8Array(4))
    made.set(tables.table + 8, 0x23_0000n | all)
    expect(made.does(what, to)).toBe('ok')
    const written = what === 'writeHigh' ? ascending.subarray(8) : ascending
    expect(made.memory.read(0x20_0ffc, 4)).toEqual(written.slice(0, 4))
    expect(made.memory.read(0x23_0000, written.length - 4)).toEqual(written.slice(4))
  },
)

test('MOVHPS over two pages reads both', () => {
  const made = machine(0x20_0000n | all)
  made.set(tables.table + 8, 0x23_0000n | all)
  made.memory.write(0x20_0ffe, Uint8Array.of(0xa0, 0xa1))
  made.memory.write(0x23_0000, Uint8Array.of(0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7))
  expect(made.does('readHigh', at + 0xffen)).toBe('ok')
  expect(made.vector(0).slice(8)).toEqual(Uint8Array.from({ length: 8 }, (_, index) => 0xa0 + index))
})

test.each([
  ['none', none],
  ['those in the first page', only(0, 1)],
  ['those in the second page', only(14, 15)],
])('MASKMOVDQU of %s wants both pages to be writable, as hardware does', (_, mask) => {
  const made = machine(0x20_0000n | all)
  const to = at + 0xff8n
  expect(moveMasked(made, to, mask)).toBe('#14(2)')
  expect(made.cr2).toBe(at + 0x1000n)
  made.set(tables.table + 8, 0x23_0000n | all)
  expect(moveMasked(made, to, mask)).toBe('ok')
  const expected = ascending.map((value, index) => ((mask[index] ?? 0) & 0x80 ? value : 0))
  expect(made.memory.read(0x20_0ff8, 8)).toEqual(expected.slice(0, 8))
  expect(made.memory.read(0x23_0000, 8)).toEqual(expected.slice(8))
})

test('alignment checks want sixteen bytes of MOVDQU, eight of MOVHPS and MASKMOVDQU, as hardware does', () => {
  const setup = { cpl: 3, cr0: cr0.am, cr4: cr4.osfxsr, flags: acFlag } as const
  const made = new PagedMachine('long', setup)
  made.map(0x20_0000n | all)
  const ends = (['readVector', 'readHigh', 'writeMasked'] as const).map((what) =>
    [0n, 4n, 8n].map((distance) => {
      made.di = at + distance
      return made.does(what, at + distance)
    }),
  )
  expect(ends).toEqual([
    ['ok', '#17(0)', '#17(0)'],
    ['ok', '#17(0)', 'ok'],
    ['ok', '#17(0)', 'ok'],
  ])
})

test('MASKMOVDQU to an address that is not canonical is a general protection, whatever the mask', () => {
  expect(moveMasked(machine(0x20_0000n | all), 1n << 47n, none)).toBe('#13(0)')
})
