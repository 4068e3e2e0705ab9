import { expect, test } from 'vitest'
import type { Transcendental } from '../../../src/machine/cpu/float/transcendental.ts'
import {
  exactDigestsOf,
  firstDifference,
  readDigests,
  recordExactDigests,
} from '../../oracle/float/digests.ts'
import { write } from '../../oracle/float/operands.ts'
import { caseBytes, type FloatOperation } from '../../oracle/float/operations.ts'
import { ourRunner } from '../../oracle/float/ours.ts'
import { transcendentalOperations } from '../../oracle/float/transcendental.ts'

if (process.env['KERNELTEST_RECORD_VECTORS']) recordExactDigests()

const run = ourRunner(transcendentalOperations)

test.each(transcendentalOperations)('$name is rounded correctly, as MPFR does', (operation) => {
  const recorded = readDigests('exact')
  const digests = [...exactDigestsOf(operation, run)]
  const wrong = digests.flatMap(([name, digest]) =>
    recorded.get(name) === digest ? [] : [`${name}: ${firstDifference(digest, recorded.get(name))}`],
  )
  expect(wrong.join('\n')).toBe('')
  expect(digests.length).toBe(4)
})

const numbers = {
  ...{ '-∞': 'ffff 8000000000000000', '+∞': '7fff 8000000000000000', '-0': '8000 0', '+0': '0000 0' },
  ...{ '-1': 'bfff 8000000000000000', '+1': '3fff 8000000000000000', '-½': 'bffe 8000000000000000' },
  ...{ '+½': '3ffe 8000000000000000', '-F': 'bffd 8123456789abcdef', '+F': '3ffd 8123456789abcdef' },
  ...{ '+F>1': '4001 8123456789abcdef', 'default NaN': 'ffff c000000000000000' },
  ...{ '+π': '4000 c90fdaa22168c235', '-π': 'c000 c90fdaa22168c235' },
  ...{ '+π/2': '3fff c90fdaa22168c235', '-π/2': 'bfff c90fdaa22168c235' },
  ...{ '+π/4': '3ffe c90fdaa22168c235', '-π/4': 'bffe c90fdaa22168c235' },
  ...{ '+3π/4': '4000 96cbe3f9990e91a8', '-3π/4': 'c000 96cbe3f9990e91a8' },
  ...{ SNaN: '7fff 8000000000000001', QNaN: '7fff c000000000000001', 'larger QNaN': 'ffff c000000000000002' },
  ...{ unnormal: '3fff 4000000000000000', denormal: '0000 0000000000000001' },
  ...{
    '2⁶³': '403e 8000000000000000',
    '-2⁶³': 'c03e 8000000000000000',
    'below 2⁶³': '403d ffffffffffffffff',
  },
} as const

type Named = keyof typeof numbers

const flags = { IE: 1, DE: 2, ZE: 4, UE: 16, PE: 32 } as const
const masked = 0x37f

/** 80 bits, flags with C1, conditions. */
function resultOf(
  name: Transcendental,
  st0: Named,
  st1: Named,
  control: number,
): readonly [bigint, number, number] {
  const operation = transcendentalOperations.find((one) => one.name === name) as FloatOperation
  const operands = new Uint8Array(caseBytes)
  const view = new DataView(operands.buffer)
  write(view, 0, bitsOf(numbers[st0]))
  write(view, 16, bitsOf(numbers[st1]))
  const result = run(operation, control, operands)
  const { buffer, byteOffset } = result
  const out = new DataView(buffer, byteOffset)
  const bits = (BigInt(out.getUint16(8, true)) << 64n) | out.getBigUint64(0, true)
  return [bits, out.getUint32(12, true), out.getUint16(10, true)]
}

/** The result by its name, else a number and its sign; then flags. */
function ask(name: Transcendental, st0: Named, st1: Named = '+0'): string {
  const [bits, raised, more] = resultOf(name, st0, st1, masked)
  const known = Object.entries(numbers).find(([, text]) => bitsOf(text) === bits)?.[0]
  const set = Object.entries(flags).flatMap(([flag, bit]) => (raised & bit ? [flag] : []))
  return [known ?? (bits >> 79n ? '-F' : '+F'), ...set, ...(more & 0x400 ? ['C2'] : [])].join(' ')
}

function bitsOf(text: string): bigint {
  const [upper, significand] = text.split(' ') as [string, string]
  return (BigInt(`0x${upper}`) << 64n) | BigInt(`0x${significand}`)
}

/** Cells are results, with PE where they are numbers but 0: what has an `*` is invalid, `**` divides by 0. */
function judgeTable(
  name: Transcendental,
  columns: readonly Named[],
  rows: Readonly<Record<string, string>>,
): void {
  for (const [st1, row] of Object.entries(rows)) {
    const cells = row.trim().split(/ +/)
    expect(cells.length).toBe(columns.length)
    columns.forEach((st0, index) => {
      const cell = cells[index] as string
      const sign = st1.startsWith('-') ? '+' : '-'
      const expected = { '*': 'default NaN IE', '**': `${sign}∞ ZE` }[cell]
      const exact = /∞|0/.test(cell)
      expect(ask(name, st0, st1 as Named), `ST(0) ${st0}, ST(1) ${st1}`).toBe(
        expected ?? (exact ? cell : `${cell} PE`),
      )
    })
  }
}

test('FYL2X, by the table of the manual (SDM volume 2)', () => {
  judgeTable('fyl2x', ['-∞', '-F', '-0', '+0', '+F', '+1', '+F>1', '+∞'], {
    '-∞': '*  *  +∞ +∞ +∞ *  -∞ -∞',
    '-F': '*  *  ** ** +F -0 -F -∞',
    '-0': '*  *  *  *  +0 -0 -0 * ',
    '+0': '*  *  *  *  -0 +0 +0 * ',
    '+F': '*  *  ** ** -F +0 +F +∞',
    '+∞': '*  *  -∞ -∞ -∞ *  +∞ +∞',
  })
})

test('FYL2XP1, by the table of the manual (SDM volume 2)', () => {
  judgeTable('fyl2xp1', ['-F', '-0', '+0', '+F'], {
    '-∞': '+∞ *  *  -∞',
    '-F': '+F +0 -0 -F',
    '-0': '+0 +0 -0 -0',
    '+0': '-0 -0 +0 +0',
    '+F': '-F -0 +0 +F',
    '+∞': '-∞ *  *  +∞',
  })
})

test('FPATAN, by the table of the manual (SDM volume 2)', () => {
  judgeTable('fpatan', ['-∞', '-F', '-0', '+0', '+F', '+∞'], {
    '-∞': '-3π/4 -π/2 -π/2 -π/2 -π/2 -π/4',
    '-F': '-π    -3π/4 -π/2 -π/2 -π/4 -0',
    '-0': '-π    -π   -π   -0   -0   -0',
    '+0': '+π    +π   +π   +0   +0   +0',
    '+F': '+π    +3π/4 +π/2 +π/2 +π/4 +0',
    '+∞': '+3π/4 +π/2 +π/2 +π/2 +π/2 +π/4',
  })
  expect(ask('fpatan', '-1', '+1')).toBe('+3π/4 PE')
})

test('multiples of pi are rounded as the control word says', () => {
  const below = { '+0': '4000 c90fdaa22168c234', '-0': 'c000 c90fdaa22168c234' } as const
  // To nearest, down, up, toward zero: pi lies between two numbers, above the middle.
  const isNearer = { '+0': [true, false, true, false], '-0': [true, true, false, false] } as const
  for (const y of ['+0', '-0'] as const) {
    isNearer[y].forEach((away, rounding) => {
      const [value, raised] = resultOf('fpatan', '-1', y, masked | (rounding << 10))
      const far = bitsOf(numbers[y === '+0' ? '+π' : '-π'])
      expect(value).toBe(away ? far : bitsOf(below[y]))
      expect(raised).toBe(flags.PE | (away ? 0x200 : 0))
    })
  }
})

test('F2XM1, FSIN, FCOS and FPTAN of zeros and infinities (SDM volume 2)', () => {
  const table: Readonly<Record<string, readonly string[]>> = {
    f2xm1: ['-0', '+0', '-½ PE', '+1 PE'],
    fsin: ['-0', '+0'],
    fptan: ['-0', '+0'],
    fcos: ['+1', '+1'],
  }
  for (const [name, results] of Object.entries(table)) {
    const operands = ['-0', '+0', '-1', '+1'] as const
    results.forEach((result, index) => {
      expect(ask(name as Transcendental, operands[index] as Named), name).toBe(result)
    })
  }
  for (const name of ['fsin', 'fcos', 'fptan'] as const) {
    for (const infinite of ['-∞', '+∞'] as const) expect(ask(name, infinite)).toBe('default NaN IE')
  }
})

test('angles of 2 ** 63 and more stay, with C2 and no flags', () => {
  for (const name of ['fsin', 'fcos', 'fptan'] as const) {
    for (const angle of ['2⁶³', '-2⁶³'] as const) expect(ask(name, angle)).toBe(`${angle} C2`)
    expect(ask(name, 'below 2⁶³')).toBe('+F PE')
  }
})

test('NaNs are made quiet, and the larger one is taken; what is unsupported is invalid', () => {
  for (const { name, b } of transcendentalOperations) {
    const operation = name as Transcendental
    expect(ask(operation, 'QNaN', '+F')).toBe('QNaN')
    expect(ask(operation, 'SNaN', '+F')).toBe('QNaN IE')
    expect(ask(operation, 'unnormal', '+F')).toBe('default NaN IE')
    if (b === null) continue
    expect(ask(operation, '+F', 'SNaN')).toBe('QNaN IE')
    expect(ask(operation, 'QNaN', 'larger QNaN')).toBe('larger QNaN')
    expect(ask(operation, 'larger QNaN', 'QNaN')).toBe('larger QNaN')
    expect(ask(operation, 'SNaN', 'larger QNaN')).toBe('larger QNaN IE')
    expect(ask(operation, 'QNaN', 'unnormal')).toBe('default NaN IE')
  }
})

test('denormals raise DE, but for what is invalid or divides by 0', () => {
  expect(ask('f2xm1', 'denormal')).toBe('denormal DE UE PE')
  expect(ask('fsin', 'denormal')).toBe('denormal DE UE PE')
  expect(ask('fptan', 'denormal')).toBe('denormal DE UE PE')
  expect(ask('fcos', 'denormal')).toBe('+1 DE PE')
  expect(ask('fyl2x', '+0', 'denormal')).toBe('-∞ ZE')
  expect(ask('fyl2x', '-F', 'denormal')).toBe('default NaN IE')
  expect(ask('fyl2x', '+1', 'denormal')).toBe('+0 DE')
  expect(ask('fyl2xp1', '+0', 'denormal')).toBe('+0 DE')
  expect(ask('fpatan', '+∞', 'denormal')).toBe('+0 DE')
})

test('outside of the ranges of F2XM1 and FYL2XP1', () => {
  expect(ask('f2xm1', '+F>1')).toBe('+F>1 PE')
  expect(ask('f2xm1', '-∞')).toBe('-1')
  expect(ask('f2xm1', '+∞')).toBe('+∞')
  expect(ask('fyl2xp1', '-1', '+F')).toBe('-1 PE')
  expect(ask('fyl2xp1', '-½', '+1')).toBe('-1 PE')
  expect(ask('fyl2xp1', '+1', '+F')).toBe('+F PE')
  expect(ask('fyl2xp1', '+∞', '+F')).toBe('+∞')
  expect(ask('fyl2xp1', '-∞', '+F')).toBe('default NaN IE')
})
