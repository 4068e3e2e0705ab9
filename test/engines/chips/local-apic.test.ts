import { describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip, near } from './chip-rows.ts'
import { handlerEnds, interrupts, load, open, out, store, tell, vectors, wait } from './chip-script.ts'
import { sources } from './interrupt-sources.ts'

/** Registers, by SDM volume 3, table 11-1. */
const at = (offset: number) => 0xfee0_0000 + offset
const [id, version, tpr, ppr, svr, esr] = [at(0x20), at(0x30), at(0x80), at(0xa0), at(0xf0), at(0x280)]
const [ldr, dfr, commandLow, commandHigh] = [at(0xd0), at(0xe0), at(0x300), at(0x310)]
const lvt = {
  timer: at(0x320),
  thermal: at(0x330),
  counters: at(0x340),
  lint0: at(0x350),
  lint1: at(0x360),
  error: at(0x370),
} as const
const [initialCount, currentCount, divide] = [at(0x380), at(0x390), at(0x3e0)]
const masked = 0x1_0000
const enabled = 0x1ff

/** The word of 32 vectors that this one is in. */
const word = (first: number, vector: number) => load(at(first + (vector >> 5) * 16))
const isr = (vector: number) => word(0x100, vector)
const tmr = (vector: number) => word(0x180, vector)
const irr = (vector: number) => word(0x200, vector)
const end = store(at(0xb0), 0)
const latchErrors = store(esr, 0)

/** Fixed, on an edge: the level bit is set for all but INIT level de-assert. */
const send = (command: number, destination = 0) => [
  ...store(commandHigh, destination * 2 ** 24),
  ...store(commandLow, 0x4000 | command),
]
const toSelf = (vector: number) => send(0x4_0000 | vector)
const taken = [...open, ...vectors]
const next = [...interrupts(1), ...vectors]

const { com1 } = sources
const [master, masterData, slaveData] = [0x20, 0x21, 0xa1]
/** Of the 8259A, vectors from 20h on: all masked but COM1's request. */
const pic = [
  ...com1.start,
  ...out(master, 0x11),
  ...out(masterData, 0x20, 4, 1, 0xef),
  ...out(slaveData, 0xff),
]
/** IRR, but for the PIT's request, which ticks at whichever row a slow host is at; and ISR. */
const picState = [...out(master, 0x0a), ...tell(master, 0xfe), ...out(master, 0x0b), ...tell(master)]

/** Nothing comes but what rows ask for. */
const start = [
  ...handlerEnds(false),
  ...[...out(masterData, 0xff), ...out(slaveData, 0xff)],
  ...Object.values(lvt).flatMap((entry) => store(entry, masked)),
  ...[...store(svr, enabled), ...store(tpr, 0), ...latchErrors, ...latchErrors],
]

/** Sections of SDM volume 3 (10.x in older editions). */
const priorities: readonly ChipRow[] = [
  // 11.4.6, 11.4.8.
  ['the first processor, an integrated APIC', /^00000000 000[345]001[0-5]$/, start, load(id), load(version)],

  // 11.8.4: IRR, ISR, TMR.
  ['an interrupt to itself waits in IRR', '00010000 00000000', toSelf(0x50), irr(0x50), isr(0x50)],
  ['when it is taken it is in ISR', '50 00000000 00010000', next, irr(0x50), isr(0x50)],
  ['on an edge', '00000000', tmr(0x50)],
  ['its class is the priority', '00000050', load(ppr)],
  [
    'a lower one waits, and a higher one of its class',
    '80008000 00010000',
    ...[toSelf(0x4f), toSelf(0x5f), taken, irr(0x50), isr(0x50)],
  ],
  ['one of a higher class does not', '60 00000001 00000060', toSelf(0x60), next, isr(0x60), load(ppr)],
  ['an end is of the highest', '00000000 00010000 00000050', end, isr(0x60), isr(0x50), load(ppr)],
  ['behind the next the highest comes', '5f 80000000', end, next, isr(0x50)],
  ['and then the other', '4f 00008000', end, next, isr(0x50)],
  ['an end where there is nothing', '00000000 00000000', end, end, isr(0x50), load(ppr)],
  [
    'a vector is there twice at most, in service and waiting',
    '50 00010000 00010000 50 00000000',
    ...[toSelf(0x50), next, toSelf(0x50), toSelf(0x50), irr(0x50), isr(0x50)],
    ...[end, next, end, taken, irr(0x50)],
  ],
  // 11.5.2.
  ['the lowest vector, and the highest', 'ff 10', toSelf(0x10), toSelf(0xff), next, end, next, end],

  // 11.8.3.1.
  ['the task priority has eight bits', '000000a7 000000a7', store(tpr, 0xa7), load(tpr), load(ppr)],
  [
    'it holds back its class, whatever its lower half',
    '80020000 00000050',
    ...[store(tpr, 0x50), toSelf(0x5f), toSelf(0x51), taken, irr(0x50), load(ppr)],
  ],
  ['but none above', '60', toSelf(0x60), next, end],
  [
    'what is in service counts when its class is higher',
    '5f 00000050',
    ...[store(tpr, 0x4f), next, load(ppr)],
  ],
  [
    'and the task priority when it is not',
    '0000006f 00020000',
    ...[store(tpr, 0x6f), load(ppr), end, taken, irr(0x50)],
  ],
  ['when it is lowered the next comes', '51 00000000', store(tpr, 0), next, end, irr(0x50)],
  // 11.9: a processor that was told already gets the spurious vector, for which there is no bit in ISR.
  [
    'what is held back again before it is taken waits',
    /^(?:ff )?00010000 00000000 50$/,
    ...[toSelf(0x50), store(tpr, 0x50), taken, irr(0x50), isr(0xff), store(tpr, 0), next, end],
  ],
]

/** 11.6.1, 11.6.2: who takes a message. */
const messages: readonly ChipRow[] = [
  ['a message is delivered at once', '00000000 50', start, toSelf(0x50), load(commandLow, 0x1000), next, end],
  ['to all', '51', send(0x8_0051), next, end],
  ['to all others', '', send(0xc_0052), taken],
  ['to its number, and to any', '53 54', send(0x53, 0), next, end, send(0x54, 0xff), next, end],
  ['to another', '', send(0x55, 5), taken],
  ['an NMI', '02', send(0x400), taken],
  // Table 11-3: with a shorthand that names the processor itself only fixed ones are valid.
  ['none to itself or all', '', 'quirk', send(0x4_0400), taken, send(0x8_0400), taken],
  ['none to all others', '', send(0xc_0400), taken],
  [
    'a logical number has eight bits, the format four',
    '12000000 ffffffff 0fffffff',
    ...[store(ldr, 0x1200_0000), load(ldr), store(dfr, 0xf000_0000), load(dfr), store(dfr, 0), load(dfr)],
  ],
  [
    'in the flat model each bit is one of eight',
    '56 57 58',
    ...[store(dfr, 0xffff_ffff), send(0x856, 0x02), next, end, send(0x857, 0x30), next, end],
    ...[send(0x859, 0x21), taken, send(0x858, 0xff), next, end],
  ],
  [
    'in the cluster model four are the cluster',
    '5a 5b',
    ...[store(dfr, 0x0fff_ffff), send(0x85a, 0x12), next, end, send(0x85b, 0x13), next, end],
    ...[send(0x85d, 0x11), taken, send(0x85d, 0x22), taken],
  ],
  // QEMU 10 does so.
  ['all ones are all clusters', /^5c$/, 'quirk', send(0x85c, 0xff), taken, end],
  [
    'reserved bits are not kept',
    'ff000000 000c4051',
    'quirk',
    ...[store(commandHigh, 0xffff_ffff), load(commandHigh), store(commandLow, 0xfff3_7051 | 0xc_0000)],
    load(commandLow),
  ],
]

const timer: readonly ChipRow[] = [
  // 11.5.4.
  [
    'the timer interrupts once',
    '40 00000000',
    ...[start, store(divide, 0xb), store(lvt.timer, 0x40), store(initialCount, 1000), next, end],
    ...[wait(100), taken, load(currentCount)],
  ],
  ['the count that it began with', '000003e8', load(initialCount)],
  [
    'when it is masked it counts, and nothing comes',
    '00000000 00000000',
    ...[store(lvt.timer, masked | 0x41), store(initialCount, 1000), wait(100), load(currentCount)],
    ...[taken, irr(0x41)],
  ],
  // A host that has slept lets one more come.
  [
    'again and again',
    /^42 42 42(?: 42)?$/,
    ...[store(lvt.timer, 0x2_0042), store(initialCount, 10_000_000), next, end, next, end, next, end],
    ...[store(initialCount, 0), taken, end],
  ],
  ['a count of 0 stops it', '00000000', taken, load(currentCount)],
  [
    'divided by 128',
    near(1_000_000 - Math.floor((1000 * 1002.27) / 128), 20),
    'exact',
    ...[store(divide, 0xa), store(lvt.timer, masked), store(initialCount, 1_000_000), wait(1000)],
    ...[load(currentCount), store(initialCount, 0)],
  ],
  ['which is bits 0, 1 and 3', '0000000b', store(divide, 0xffff_ffff), load(divide)],
]

const local: readonly ChipRow[] = [
  // 11.5.1: the 8259A behind LINT0.
  ['LINT0 masked', '10 00', start, pic, store(lvt.lint0, masked | 0x700), com1.raise, taken, picState],
  [
    'as ExtINT it takes the vector of the 8259A, and ISR knows nothing of it',
    '24 00 10 00000000',
    ...[store(lvt.lint0, 0x700), next, picState, isr(0x24), out(master, 0x20), com1.drop],
  ],
  // 11.8.3.1.
  [
    'which no priority holds back',
    '24',
    ...[store(tpr, 0xff), com1.raise, next, out(master, 0x20), com1.drop, store(tpr, 0)],
  ],
  [
    'fixed it takes the vector of the entry, and the 8259A is not asked',
    '33 00080000 10 00',
    'quirk',
    ...[store(lvt.lint0, 0x33), com1.raise, next, isr(0x33), picState],
    ...[com1.drop, end, taken, store(lvt.lint0, masked)],
  ],
  // 11.5.1, 11.8.4, 11.8.5. An 8259A that is initialized anew takes its request back.
  [
    'by its level it sets remote IRR while it is served, and comes again behind the end',
    '33 00080000 00004000 33 00080000 00000000',
    'quirk',
    ...[pic, store(lvt.lint0, 0x8033), com1.raise, taken, tmr(0x33), load(lvt.lint0, 0x4000)],
    ...[end, taken, pic, isr(0x33), end, taken, load(lvt.lint0, 0x4000), store(lvt.lint0, masked)],
  ],
  [
    'when it is unmasked a level comes that is there',
    '33',
    'quirk',
    ...[store(lvt.lint0, masked | 0x8033), com1.raise, store(lvt.lint0, 0x8033), taken],
    ...[store(lvt.lint0, masked), pic, end],
  ],
  [
    'once it is accepted it waits, though it falls',
    '00080000 33',
    'quirk',
    ...[store(lvt.lint0, 0x8033), store(tpr, 0xff), com1.raise, pic, irr(0x33), store(tpr, 0)],
    ...[taken, end, store(lvt.lint0, masked)],
  ],
  [
    'as NMI',
    '02 10 00',
    ...[pic, store(lvt.lint0, 0x400), com1.raise, store(lvt.lint0, masked), taken, picState, com1.drop],
  ],
  [
    'reserved bits are not kept',
    '000300ff 0001a7ff 000100ff',
    'quirk',
    ...[store(lvt.timer, 0xffff_efff), load(lvt.timer), store(lvt.lint1, 0xffff_efff), load(lvt.lint1)],
    ...[store(lvt.error, 0xffff_efff), load(lvt.error)],
  ],
  ['what nobody uses is masked', '00010000 00010000', load(lvt.thermal), load(lvt.counters)],

  // 11.9, 11.4.7.2.
  ['the spurious vector', '000001e5', start, store(svr, 0x1e5), load(svr)],
  [
    'switched off by software its entries are masked, and stay so',
    '00010700 00010040 00010700',
    'quirk',
    ...[store(lvt.lint0, 0x700), store(svr, 0xff), load(lvt.lint0), store(lvt.timer, 0x40)],
    ...[load(lvt.timer), store(svr, enabled), load(lvt.lint0)],
  ],
  [
    'what waits goes on waiting',
    '00010000 50',
    ...[start, toSelf(0x50), store(svr, 0xff), irr(0x50), store(svr, enabled), next, end],
  ],
  [
    'it takes nothing then but NMI',
    '00000000 02',
    'quirk',
    ...[store(svr, 0xff), toSelf(0x50), irr(0x50), send(0x400), taken, store(svr, enabled)],
  ],
]

/** 11.5.3. */
const errors: readonly ChipRow[] = [
  ['an illegal vector is not requested', '00000000', 'quirk', start, toSelf(5), taken, load(at(0x200))],
  [
    'it is told as sent and received, behind a write',
    '00000000 00000060',
    'quirk',
    ...[load(esr), latchErrors, load(esr)],
  ],
  ['a register that is not there', '00000000 00000080', load(at(0x40), 0), latchErrors, load(esr)],
  ['the next write clears it', '00000000', 'quirk', latchErrors, load(esr)],
  [
    'an error interrupts',
    '3e',
    'quirk',
    ...[start, store(lvt.error, 0x3e), toSelf(5), taken, end, store(lvt.error, masked), start],
  ],
]

describe.each(eachEngine)('local APIC on $name', (engine) => {
  test.each([
    ['priorities', priorities],
    ['messages', messages],
    ['timer', timer],
    ['local interrupts', local],
    ['errors', errors],
  ])('%s are as the manual says', (_, rows) => expectChip(engine, rows))
})
