import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { memoryMap } from '../../../src/machine/firmware/tables/memory-map.ts'
import type { MachineShape } from '../../../src/machine/machine-shape.ts'
import { LittleEndian } from '../../../src/support/bytes.ts'
import { makePc } from '../make-pc.ts'
import { sum, tableOf, tablesOf } from './tables.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-tables-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sizes = [1, 2, 16, 128, 3072]
const withAcpi = sizes.filter((size) => size > 1)
const file = (name: string) => join(folder, name)

describe.each(sizes)('with %i MiB', (memoryMiB) => {
  const tables = tablesOf(memoryMiB)

  test('no two tables overlap', () => {
    for (const [index, { at, name }] of tables.entries()) {
      const before = tables[index - 1]
      if (before) expect(at, name).toBeGreaterThanOrEqual(before.at + before.bytes.length)
    }
  })

  test('all are in memory that the map keeps from the guest', () => {
    const kept = memoryMap(memoryMiB * 2 ** 20).filter(({ type }) => type !== 1)
    for (const { at, bytes, name } of tables) {
      expect(
        kept.some(({ start, end }) => at >= start && at + bytes.length <= end),
        name,
      ).toBe(true)
    }
  })

  test('the map is in order, and RAM above 1 MiB is all told', () => {
    const map = memoryMap(memoryMiB * 2 ** 20)
    const ends = map.flatMap(({ start, end }) => [start, end])
    expect(ends).toEqual(ends.toSorted((one, other) => one - other))
    const ram = map.filter(({ start, end }) => start >= 2 ** 20 && end <= memoryMiB * 2 ** 20)
    expect(ram.reduce((bytes, { start, end }) => bytes + end - start, 2 ** 20)).toBe(memoryMiB * 2 ** 20)
  })
})

/** The bytes that a checksum covers, by the table's name. */
const covered: Readonly<Record<string, readonly number[]>> = {
  'RSD PTR ': [20, 36],
  _MP_: [16],
  _32_: [16],
  _SM_: [31],
}

test.each(['RSD PTR ', '$PIR', 'PCMP', '_MP_', '_32_', '_SM_', 'DSDT', 'FACP', 'APIC', 'RSDT', 'XSDT'])(
  'all bytes of %s add up to 0',
  (name) => {
    const { bytes } = tableOf(128, name)
    expect(String.fromCharCode(...bytes.slice(0, name.length))).toBe(name)
    for (const count of covered[name] ?? [bytes.length]) expect(sum(bytes.slice(0, count))).toBe(0)
  },
)

test('who follows the root pointer finds every table', () => {
  const byAddress = new Map(tablesOf(128).map(({ at, name }) => [at, name]))
  const view = (name: string) => new LittleEndian(Uint8Array.from(tableOf(128, name).bytes))
  const root = view('RSD PTR ')
  expect([byAddress.get(root.u32(16)), byAddress.get(Number(root.u64(24)))]).toEqual(['RSDT', 'XSDT'])
  const [rsdt, xsdt, fadt] = [view('RSDT'), view('XSDT'), view('FACP')]
  expect([36, 40].map((at) => byAddress.get(rsdt.u32(at)))).toEqual(['FACP', 'APIC'])
  expect([36, 44].map((at) => byAddress.get(Number(xsdt.u64(at))))).toEqual(['FACP', 'APIC'])
  expect([36, 40].map((at) => byAddress.get(fadt.u32(at)))).toEqual(['FACS', 'DSDT'])
  expect(byAddress.get(Number(fadt.u64(140)))).toBe('DSDT')
  expect(byAddress.get(view('_MP_').u32(4))).toBe('PCMP')
  expect(byAddress.get(view('_SM_').u32(24))).toBe('SMBIOS')
})

/** ACPICA's compiler; fails loudly where it is not installed (Debian: acpica-tools). */
const iasl = (...args: readonly string[]) =>
  execFileSync('iasl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe.each([...withAcpi.map((memoryMiB) => ['pc', memoryMiB] as const), ['q35', 128] as const])(
  'ACPI of a %s with %i MiB, to iasl',
  (shape, memoryMiB) => {
    test.each(['DSDT', 'FACP', 'FACS', 'APIC', 'RSDT', 'XSDT'])('%s', (name) => {
      const stem = `${name}-${shape}-${memoryMiB}`
      const bytes = Uint8Array.from(tableOf(memoryMiB, name, shape).bytes)
      writeFileSync(file(`${stem}.aml`), bytes)
      const told = iasl('-d', `${stem}.aml`)
      expect(told).not.toMatch(/error|warning|invalid/i)
      expect(iasl('-p', `${stem}-again`, `${stem}.dsl`)).toMatch(/0 Errors, 0 Warnings, 0 Remarks/)
      expect(afterHeader(name, readFileSync(file(`${stem}-again.aml`)))).toEqual(afterHeader(name, bytes))
    })
  },
)

/** Of INTA# to INTD# of a slot: the register of the router in `$PIR`, the IRQ in `_PRT`. */
function wires(shape: MachineShape, slot: number) {
  const [headerBytes, slotBytes, pinBytes] = [32, 16, 3]
  const { bytes } = tableOf(128, '$PIR', shape)
  const at = headerBytes + (slot - 1) * slotBytes
  expect(bytes[at + 1]).toBe(slot << 3)
  const registers = [0, 1, 2, 3].map((pin) => bytes[at + 2 + pinBytes * pin] ?? 0)
  writeFileSync(file(`prt-${shape}.aml`), Uint8Array.from(tableOf(128, 'DSDT', shape).bytes))
  iasl('-d', `prt-${shape}.aml`)
  const source = readFileSync(file(`prt-${shape}.dsl`), 'utf8').replace(/\/\*.*?\*\/|\/\/.*/g, '')
  const address = slot.toString(16).toUpperCase()
  const entries = [...source.matchAll(new RegExp(`0x0*${address}FFFF,\\s+(\\w+),\\s+\\w+,\\s+(\\w+)`, 'g'))]
  return { registers, irqs: entries.map(([, , irq]) => Number(irq)) }
}

/** What POST writes to the router, by register. */
const routed: Readonly<Record<number, number>> = { 96: 10, 97: 10, 98: 11, 99: 11 }

test.each([
  ['pc', 1, [0x60, 0x61, 0x62, 0x63]],
  ['pc', 2, [0x61, 0x62, 0x63, 0x60]],
  // As QEMU's: slots have PIRQE# to PIRQH#, the ICH9's functions PIRQA# to PIRQD# (316972, D31IR).
  ['q35', 1, [0x69, 0x6a, 0x6b, 0x68]],
  ['q35', 30, [0x68, 0x69, 0x6a, 0x6b]],
  ['q35', 31, [0x60, 0x61, 0x62, 0x63]],
] as const)('%s: $PIR and _PRT wire slot %i alike', (shape, slot, registers) => {
  const irqs = registers.map((register) => routed[0x60 + (register & 3)])
  expect(wires(shape, slot)).toEqual({ registers: [...registers], irqs })
})

test.each([
  ['pc', 8, 0x122e],
  ['q35', 0xf8, 0x2918],
] as const)('%s: the router is named, and has what POST wrote', (shape, place, id) => {
  const { bytes } = tableOf(128, '$PIR', shape)
  expect([bytes[9], new LittleEndian(Uint8Array.from(bytes)).u32(12)]).toEqual([place, (id << 16) | 0x8086])
  const { config } = makePc(shape)
  const at = (register: number) => config(place >> 3, 0, register)
  expect([at(0x60), ...(shape === 'q35' ? [at(0x68)] : [])]).toEqual(
    new Array(shape === 'q35' ? 2 : 1).fill(0x0b0b_0a0a),
  )
})

/** The header names the compiler, and so has another checksum. */
function afterHeader(name: string, bytes: Uint8Array): readonly number[] {
  const headerBytes = 36
  return [...bytes.subarray(name === 'FACS' ? 0 : headerBytes)]
}

test('SMBIOS, to dmidecode', () => {
  const { bytes } = tableOf(128, 'SMBIOS')
  const entryPoint = Uint8Array.from(tableOf(128, '_SM_').bytes)
  const dumpAt = 0x20
  new DataView(entryPoint.buffer).setUint32(24, dumpAt, true)
  for (const [from, to, at] of [
    [16, 31, 21],
    [0, 31, 4],
  ] as const) {
    entryPoint[at] = 0
    entryPoint[at] = -sum([...entryPoint.subarray(from, to)])
  }
  const dump = new Uint8Array(dumpAt + bytes.length)
  dump.set(entryPoint)
  dump.set(bytes, dumpAt)
  writeFileSync(file('smbios'), dump)
  const told = execFileSync('dmidecode', ['--from-dump', file('smbios')], { encoding: 'utf8' })
  expect(told.replace(/(?<=from file ).*/, '(ours)')).toMatchSnapshot()
})
