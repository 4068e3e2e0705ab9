import { describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip } from './chip-rows.ts'
import { discard, handlerEnds, interrupts, open, out, tell, until, vectors, wait } from './chip-script.ts'

const base = 0x3f8
const [data, ier, iir, lcr] = [base, base + 1, base + 2, base + 3]
const [mcr, lsr, msr, scratch] = [base + 4, base + 5, base + 6, base + 7]
const fcr = iir
const loopback = [...out(lcr, 3), ...out(mcr, 0x10), ...out(fcr, 0), ...out(ier, 0)]
/** Nothing is left of earlier rows. */
const fresh = [...loopback, ...discard(data, 2), ...discard(lsr), ...discard(msr), ...discard(iir)]
const withFifo = (trigger: number) => [...fresh, ...out(fcr, trigger | 7)]
const bytes = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at)
const id = tell(iir)
const requestLines = [
  ...[out(0x20, 0x11), out(0x21, 0x20, 4, 1, 0xef), out(0xa0, 0x11), out(0xa1, 0x28, 2, 1, 0xff)].flat(),
  ...handlerEnds(true),
]

/** PC16550D, Registers. */
const rows: readonly ChipRow[] = [
  ['the scratch register', 'a5 5a', out(scratch, 0xa5), tell(scratch), out(scratch, 0x5a), tell(scratch)],
  [
    'the divisor latch hides data and interrupt enable',
    '34 12 00',
    ...[fresh, out(lcr, 0x83), out(data, 0x34), out(ier, 0x12), tell(data), tell(ier), out(data, 1)],
    ...[out(ier, 0), out(lcr, 3), tell(ier)],
  ],
  ['the line control register', '1b 03', out(lcr, 0x1b), tell(lcr), out(lcr, 3), tell(lcr)],
  ['interrupt enable has 4 bits', '0f', out(ier, 0xff), tell(ier), fresh],
  ['modem control has 5', '1f', out(mcr, 0xff), tell(mcr), out(mcr, 0x10)],
  ['nothing is pending', '01', fresh, id],
  ['the identification tells of FIFOs', 'c1 01', out(fcr, 1), id, out(fcr, 0), id],
  ['the transmitter is empty', '60', tell(lsr)],

  // Modem Control Register, bit 4: the loop.
  [
    'modem lines come back',
    '00 10 20 40 80 f0',
    ...[0x10, 0x12, 0x11, 0x14, 0x18, 0x1f].flatMap((value) => [out(mcr, value), tell(msr, 0xf0)]),
  ],
  [
    'changes are told once',
    '11 10',
    'quirk',
    out(mcr, 0x10),
    discard(msr),
    out(mcr, 0x12),
    tell(msr),
    tell(msr),
  ],
  [
    'of the ring indicator only its end',
    '40 04',
    'quirk',
    out(mcr, 0x10),
    discard(msr),
    out(mcr, 0x14),
    tell(msr),
    out(mcr, 0x10),
    tell(msr),
  ],
  ['data come back', '61 a5 60', fresh, out(data, 0xa5), until(lsr, 1, 1), tell(lsr), tell(data), tell(lsr)],
  [
    'an overrun: the last one stays, and it is told once',
    '63 61 22',
    fresh,
    out(data, 0x11),
    until(lsr, 1, 1),
    out(data, 0x22),
    wait(1000),
    tell(lsr),
    tell(lsr),
    tell(data),
  ],
  [
    'the FIFO has 16',
    '63 01 02 10 60',
    ...[withFifo(0), out(data, ...bytes(1, 16)), wait(3000), out(data, 0x99), wait(1000)],
    ...[tell(lsr), tell(data), tell(data), discard(data, 13), tell(data), tell(lsr)],
  ],
  ['its reset empties it', '60', withFifo(0), out(data, 1, 2, 3), until(lsr, 1, 1), out(fcr, 3), tell(lsr)],

  // Interrupt Identification Register: priorities and how each ends.
  ['received data', '04 01', fresh, out(ier, 1), out(data, 0x55), until(lsr, 1, 1), id, discard(data), id],
  [
    'at the trigger level',
    'c4',
    withFifo(0x40),
    out(ier, 1),
    out(data, ...bytes(1, 4)),
    wait(1000),
    tell(iir, 0xc7),
  ],
  ['below it after a time', 'cc c1', discard(data, 2), until(iir, 0x0f, 0x0c), id, discard(data, 2), id],
  [
    'the transmitter, until it is read or written',
    '02 01 02',
    fresh,
    out(ier, 2),
    id,
    id,
    out(data, 0),
    wait(1000),
    id,
  ],
  [
    'once more when it is enabled again',
    '02',
    fresh,
    out(ier, 2),
    discard(iir),
    out(ier, 0),
    out(ier, 2),
    id,
  ],
  ['the modem status', '00 01', 'quirk', fresh, out(ier, 8), out(mcr, 0x11), id, discard(msr), id],
  [
    'by priority',
    '06 04 02 00 01',
    'quirk',
    ...[fresh, out(mcr, 0x11), out(data, 1), until(lsr, 1, 1), out(data, 2), wait(1000)],
    ...[out(ier, 0x0f), id, discard(lsr), id, discard(data), id, id, discard(msr), id],
  ],

  // IBM PS/2 Hardware Interface Technical Reference, Serial Port Controller: OUT2 lets interrupts out.
  ['an interrupt', '24', fresh, requestLines, out(mcr, 8), out(ier, 2), interrupts(1), vectors],
  [
    'none without OUT2',
    '',
    'quirk',
    fresh,
    out(mcr, 0),
    requestLines,
    out(ier, 2),
    open,
    vectors,
    out(ier, 0),
  ],
]

describe.each(eachEngine)('16550A on $name', (engine) => {
  test('does as its data sheet says', () => expectChip(engine, rows))
})
