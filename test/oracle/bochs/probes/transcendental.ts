import { address } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type Area, area, cr4With, filler, osfxsr } from './float-area.ts'

const { data, data2 } = address
const c1c2 = 0x600

const one = 1n << 63n
const extended = (upper: number, significand = one) => (BigInt(upper) << 64n) | significand
const value = {
  ...{ zero: 0n, minusZero: extended(0x8000, 0n), one: extended(0x3fff), minusOne: extended(0xbfff) },
  ...{ two: extended(0x4000), minusTwo: extended(0xc000), three: extended(0x4000, 3n << 62n) },
  ...{
    infinite: extended(0x7fff),
    minusInfinite: extended(0xffff),
    denormal: 1n,
    minusThree: extended(0xc000, 3n << 62n),
  },
  ...{
    half: extended(0x3ffe),
    minusHalf: extended(0xbffe),
    limit: extended(0x403e),
    minusLimit: extended(0xc03e),
  },
  ...{
    quiet: extended(0x7fff, 0xc000_0000_0000_0001n),
    signaling: extended(0x7fff, one | 1n),
    unnormal: extended(0x3fff, 1n),
  },
} as const

type Named = keyof typeof value

/** Control, status, tags and opcode; ST0; ST1. */
const watchedAt = [0, 32, 40, 48, 56]

/** Runs it on ST0 and ST1, with C1 and C2 set before; shows control, status and tags, ST0 and ST1. */
function on(code: string, st0: Named, st1: Named, given: Area = {}, more: Partial<Probe> = {}): Probe {
  const loaded = area(data, { tags: 3, status: c1c2, values: [value[st0], value[st1]], ...given })
  return {
    name: `${code.toUpperCase()} of ${st0}, ${st1}`,
    ...{ state: 'long64', cr4: cr4With('long64', osfxsr), code: `fxrstor [data]; ${code}; fxsave [data2]` },
    memory: [loaded, filler(data2, 64)],
    watch: watchedAt.map((at) => data2 + at),
    ...more,
  }
}

/** Where Bochs is wrong: head of the area and ST0 behind a pop. */
function insteadOf({
  head,
  st0,
  because,
}: {
  head: string
  st0: readonly [string, string]
  because: string
}) {
  const [low, high] = st0
  const shown = [head, low, high, '8200000000000000', '4001']
  const watched = shown.map((text, index) => `[${(data2 + (watchedAt[index] ?? 0)).toString(16)}]=${text}`)
  return { instead: { expect: [`end flags=10002 sp=10:9000 on=10:8fd8 ${watched.join(' ')}`], because } }
}

const unary = (code: string, ...operands: readonly Named[]) => operands.map((st0) => on(code, st0, 'three'))

const specials = [
  ...unary('f2xm1', 'zero', 'minusZero', 'one', 'minusOne', 'two', 'minusTwo', 'infinite', 'minusInfinite'),
  ...unary('f2xm1', 'denormal', 'quiet', 'signaling', 'unnormal'),
  ...(['fsin', 'fcos', 'fptan', 'fsincos'] as const).flatMap((code) => [
    ...unary(code, 'zero', 'minusZero', 'infinite', 'quiet', 'signaling', 'unnormal', 'limit', 'minusLimit'),
  ]),
  ...(['zero', 'minusZero', 'minusOne', 'one', 'infinite', 'minusInfinite'] as const).flatMap((st0) =>
    (['zero', 'three', 'minusThree', 'infinite'] as const).map((st1) => on('fyl2x', st0, st1)),
  ),
  on('fyl2x', 'two', 'three'),
  on(
    'fyl2x',
    'half',
    'denormal',
    {},
    insteadOf({
      ...{ head: '1f100020c32037f', st0: ['1', '8000'] },
      because: "an inexact denormal result is an underflow (Vol. 1 4.9.1.5); AMD's processors",
    }),
  ),
  on('fyl2x', 'one', 'denormal'),
  on('fyl2x', 'zero', 'denormal'),
  on('fyl2x', 'quiet', 'signaling'),
  ...(
    ['zero', 'minusZero', 'minusHalf', 'one', 'minusOne', 'minusTwo', 'infinite', 'minusInfinite'] as const
  ).flatMap((st0) =>
    (['minusZero', 'three', 'minusInfinite'] as const).map((st1) => on('fyl2xp1', st0, st1)),
  ),
  ...(['zero', 'minusZero', 'infinite', 'minusInfinite', 'minusThree'] as const).flatMap((st0) =>
    (['zero', 'minusZero', 'infinite', 'minusInfinite'] as const).map((st1) => on('fpatan', st0, st1)),
  ),
  ...(['zero', 'minusZero', 'infinite', 'minusInfinite'] as const).flatMap((st0) =>
    (['three', 'denormal'] as const).map((st1) => on('fpatan', st0, st1)),
  ),
  on(
    'fpatan',
    'minusThree',
    'three',
    {},
    insteadOf({
      ...{ head: '1f300020e20037f', st0: ['96cbe3f9990e91a8', '4000'] },
      because: 'Vol. 2 FPATAN: the angle lies between pi / 2 and pi',
    }),
  ),
  on(
    'fpatan',
    'minusThree',
    'denormal',
    {},
    insteadOf({
      ...{ head: '1f300020e22037f', st0: ['c90fdaa22168c235', '4000'] },
      because: 'a result that is no denormal is no underflow (Vol. 1 4.9.1.5)',
    }),
  ),
]

const empty = { tags: 0 }
/** ST7 is where a push goes. */
const full = { tags: 0x83 }
const half = { tags: 1 }
const named = (name: string, probe: Probe): Probe => ({ ...probe, name: `${probe.name}: ${name}` })

const stackFaults = [
  ...(['f2xm1', 'fsin', 'fcos', 'fptan', 'fsincos', 'fyl2x', 'fyl2xp1', 'fpatan'] as const).flatMap(
    (code) => [
      named('empty', on(code, 'one', 'three', empty)),
      named('empty, unmasked', on(code, 'one', 'three', { ...empty, control: 0x37e })),
    ],
  ),
  ...(['fyl2x', 'fyl2xp1', 'fpatan'] as const).map((code) =>
    named('ST1 empty', on(code, 'one', 'three', half)),
  ),
  ...(['fptan', 'fsincos'] as const).flatMap((code) => [
    named('full', on(code, 'zero', 'three', full)),
    named('full, unmasked', on(code, 'zero', 'three', { ...full, control: 0x37e })),
    named('full', on(code, 'limit', 'three', full)),
    named('full', on(code, 'signaling', 'three', full)),
    named('empty and full', on(code, 'zero', 'three', { tags: 0x80 })),
  ]),
]

const unmasked = [
  named('DE unmasked', on('fsin', 'denormal', 'three', { control: 0x37d })),
  named('DE unmasked', on('fsincos', 'denormal', 'three', { control: 0x37d })),
  named('IE unmasked', on('fptan', 'infinite', 'three', { control: 0x37e })),
  named('IE unmasked', on('fyl2x', 'minusOne', 'three', { control: 0x37e })),
  named('ZE unmasked', on('fyl2x', 'zero', 'three', { control: 0x37b })),
  named('PE unmasked', on('fpatan', 'zero', 'three', { control: 0x35f })),
  named('#MF behind it', {
    ...on('fyl2x', 'zero', 'three', { control: 0x37b }),
    ...{ code: 'fxrstor [data]; fyl2x; fsin; fxsave [data2]', cr0: 0x8001_0031, events: 1 },
  }),
  named('pending', {
    ...on('fsin', 'zero', 'three', { control: 0x37b, status: 0x8084 }),
    ...{ code: 'fxrstor [data]; fsin; fxsave [data2]', cr0: 0x8001_0031, events: 1 },
  }),
]

const roundings = [0x37f, 0x77f, 0xb7f, 0xf7f].flatMap((control) => [
  named(`control ${control.toString(16)}`, on('fpatan', 'minusZero', 'zero', { control })),
  named(`control ${control.toString(16)}`, on('fpatan', 'minusInfinite', 'minusInfinite', { control })),
])

export const transcendental: ProbeGroup = {
  name: 'transcendental',
  manual: 'Vol. 1 8.3.7 to 8.3.10, 8.5; Vol. 2 F2XM1, FYL2X, FYL2XP1, FPTAN, FPATAN, FSIN, FCOS, FSINCOS',
  probes: [...specials, ...stackFaults, ...unmasked, ...roundings],
}
