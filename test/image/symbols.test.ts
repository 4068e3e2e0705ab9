import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type ImageSymbol, type SymbolTable, symbolTable } from '../../src/image/symbols.ts'
import { kernel } from '../kernels/build.ts'
import { elfBytes, Fields, soundProgram } from './elf-bytes.ts'
import { readElfBytes } from './told.ts'

const upperHalf = readElfBytes(readFileSync(kernel('upper-half'))).symbols

function symbol(
  name: string,
  address: bigint,
  size = 0n,
  kind: ImageSymbol['kind'] = 'function',
): ImageSymbol {
  return { name, mangled: name, address, size, kind, global: true }
}

function table(...symbols: readonly ImageSymbol[]): SymbolTable {
  return symbolTable(() => symbols, [{ start: 0x1000n, end: 0x3000n }])
}

/** As `name+0x2`. */
function place(symbols: SymbolTable, address: bigint): string | null {
  const found = symbols.at(address)
  return found && `${found.symbol.name}+0x${found.offset.toString(16)}`
}

test('reads the symbols of a kernel, demangled and in order', () => {
  const named = (name: string): ImageSymbol | undefined => upperHalf.symbols.find((one) => one.name === name)
  expect(named('start')).toEqual({
    name: 'start',
    mangled: 'start',
    address: 0xffffffff88000010n,
    size: 3n,
    kind: 'function',
    global: true,
  })
  expect(named('upper_half::kernel_main')).toEqual({
    name: 'upper_half::kernel_main',
    mangled: '_ZN10upper_half11kernel_main17h0123456789abcdefE',
    address: 0xffffffff88000116n,
    size: 2n,
    kind: 'function',
    global: true,
  })
  expect(named('counter')).toMatchObject({ address: 0xffffffff88001000n, size: 8n, kind: 'object' })
  expect(named('start.again')).toMatchObject({ kind: 'other', global: false })
  const addresses = upperHalf.symbols.map(({ address }) => address)
  expect(addresses).toEqual([...addresses].sort((one, other) => (one < other ? -1 : 1)))
})

test('finds a symbol by its name, its mangled name and the end of its path', () => {
  const address = 0xffffffff88000116n
  expect(upperHalf.find('upper_half::kernel_main')?.address).toBe(address)
  expect(upperHalf.find('kernel_main')?.address).toBe(address)
  expect(upperHalf.find('_ZN10upper_half11kernel_main17h0123456789abcdefE')?.address).toBe(address)
  expect(upperHalf.find('main')).toBeNull()
  expect(upperHalf.find('')).toBeNull()
})

test('a name of several places is no answer, and they are told', () => {
  const symbols = table(symbol('a::init', 0x1000n), symbol('b::init', 0x1010n), symbol('b::init', 0x1010n))
  expect(symbols.find('init')).toBeNull()
  expect(symbols.matches('init').map(({ name }) => name)).toEqual(['a::init', 'b::init'])
  expect(symbols.find('b::init')?.address).toBe(0x1010n)
})

test('an exact name comes before the end of a path', () => {
  const symbols = table(symbol('init', 0x1000n), symbol('b::init', 0x1010n))
  expect(symbols.find('init')?.address).toBe(0x1000n)
})

test('names the place of an address', () => {
  expect(place(upperHalf, 0xffffffff88000010n)).toBe('start+0x0')
  expect(place(upperHalf, 0xffffffff88000117n)).toBe('upper_half::kernel_main+0x1')
  expect(place(upperHalf, 0xffffffff88005008n)).toBe('stack_bottom+0x4000')
  expect(place(upperHalf, 0xffffffff88005009n)).toBeNull()
  expect(place(upperHalf, 0x10n)).toBeNull()
})

test('an address behind a sized symbol belongs to it no more', () => {
  const symbols = table(symbol('f', 0x1000n, 0x10n), symbol('g', 0x1020n, 0x10n))
  expect(place(symbols, 0x100fn)).toBe('f+0xf')
  expect(place(symbols, 0x1010n)).toBeNull()
  expect(place(symbols, 0x0fffn)).toBeNull()
})

test('an unsized label reaches to the next symbol', () => {
  const symbols = table(symbol('label', 0x1000n), symbol('f', 0x1020n, 0x10n))
  expect(place(symbols, 0x101fn)).toBe('label+0x1f')
  expect(place(symbols, 0x1030n)).toBeNull()
})

test('a label inside a function is the nearer place; behind it the function goes on', () => {
  const symbols = table(symbol('f', 0x1000n, 0x100n), symbol('table', 0x1010n, 4n), symbol('g', 0x1200n, 4n))
  expect(place(symbols, 0x1012n)).toBe('table+0x2')
  expect(place(symbols, 0x1014n)).toBe('f+0x14')
})

test('of several names for one place the function of known size is told', () => {
  const symbols = table(
    symbol('label', 0x1000n, 0n, 'other'),
    symbol('f', 0x1000n, 4n),
    symbol('object', 0x1000n, 4n, 'object'),
  )
  expect(place(symbols, 0x1002n)).toBe('f+0x2')
})

test('symbols are read at the first question, once', () => {
  let loads = 0
  const symbols = symbolTable(() => {
    loads++
    return [symbol('f', 0x1000n)]
  }, [])
  expect(loads).toBe(0)
  symbols.find('f')
  symbols.at(0x1000n)
  expect(symbols.symbols).toHaveLength(1)
  expect(loads).toBe(1)
})

/** A table of 32-bit symbols behind their names. */
function withSymbols(names: string, entries: readonly { name: number; info: number; section: number }[]) {
  const namesAt = 0x1100
  const tableAt = 0x1200 + names.length
  const fields = new Fields(new Uint8Array(entries.length * 16))
  entries.forEach(({ name, info, section }, index) => {
    fields
      .word(index * 16, name)
      .word(index * 16 + 4, 0x10_0000 + index)
      .byte(index * 16 + 12, info)
    fields.half(index * 16 + 14, section)
  })
  return readElfBytes(
    elfBytes({
      bits: 32,
      programs: [soundProgram],
      contents: [
        { at: namesAt, bytes: new TextEncoder().encode(names) },
        { at: tableAt, bytes: fields.bytes },
      ],
      sections: [
        { type: 2, offset: BigInt(tableAt), size: BigInt(fields.bytes.length), link: 1 },
        { type: 3, offset: BigInt(namesAt), size: BigInt(names.length) },
      ],
    }),
  ).symbols.symbols
}

test('leaves out what names no place: files, sections, undefined names, labels of assemblers', () => {
  const names = '\0good\0..@1.next\0.L4\0'
  const symbols = withSymbols(names, [
    { name: 1, info: 0x12, section: 1 },
    { name: 1, info: 0x12, section: 0 },
    { name: 1, info: 0x03, section: 1 },
    { name: 1, info: 0x04, section: 1 },
    { name: 0, info: 0x12, section: 1 },
    { name: 6, info: 0x10, section: 1 },
    { name: 16, info: 0x10, section: 1 },
    { name: 0xffff_ffff, info: 0x12, section: 1 },
  ])
  expect(symbols.map(({ name, address }) => [name, address])).toEqual([['good', 0x10_0000n]])
})

test('a name without end is cut, not followed through the file', () => {
  const [only] = withSymbols(`\0${'x'.repeat(10_000)}`, [{ name: 1, info: 0x12, section: 1 }])
  expect(only?.name).toHaveLength(4096)
})
