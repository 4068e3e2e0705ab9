import { describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip, near } from './chip-rows.ts'
import { edges, handlerEnds, interrupts, open, out, tell, vectors, wait } from './chip-script.ts'

const [counter0, counter2, control, portB] = [0x40, 0x42, 0x43, 0x61]
/** The gate of counter 2. */
const [stop, go] = [out(portB, 0), out(portB, 1)]
const level = tell(portB, 0x20)
const status = [...out(control, 0xe8), ...tell(counter2)]
const count = [...tell(counter2), ...tell(counter2)]
const latch = out(control, 0x80)
const settle = wait(10)
/** Mode 0 with the count 1234h, which does not run. */
const held = [...stop, ...out(control, 0xb0), ...out(counter2, 0x34, 0x12), ...settle]
const picOnly0 = [
  ...[out(0x20, 0x11), out(0x21, 0x20, 4, 1, 0xfe), out(0xa0, 0x11), out(0xa1, 0x28, 2, 1, 0xff)].flat(),
  ...handlerEnds(true),
]

/** Intel 231164. A status has OUT, null count, two bits of access, the mode, BCD. */
const counters: readonly ChipRow[] = [
  ...(['b0', 'b2', 'b4', 'b6', 'b8', 'ba', 'bc', 'be', 'b1', '90', 'a0'] as const).map(
    (word): ChipRow => [
      `control word ${word}h is told as it was written`,
      (Number.parseInt(word, 16) & 0x3f).toString(16),
      ...[stop, out(control, Number.parseInt(word, 16), 0xe8), tell(counter2, 0x3f)],
    ],
  ),

  // Read-Back Command: the status byte.
  [
    'a control word takes OUT down in mode 0; no count yet',
    '70 00',
    'quirk',
    stop,
    out(control, 0xb0),
    status,
    level,
  ],
  ['modes 1 to 5 take it up', 'f2', 'quirk', out(control, 0xb2), status],
  ['mode 2', 'f4', 'quirk', out(control, 0xb4), status],
  ['mode 3', 'f6', 'quirk', out(control, 0xb6), status],
  ['mode 4', 'f8', 'quirk', out(control, 0xb8), status],
  ['mode 5', 'fa', 'quirk', out(control, 0xba), status],
  ['a count that is loaded without the gate', '30 34 12', 'quirk', held, status, count],
  ['status and count of one command', '30 34 12', 'quirk', out(control, 0xc8), tell(counter2), count],
  [
    'a status that is latched again is the first',
    '30 34 12',
    'quirk',
    out(control, 0xe8, 0xe8),
    tell(counter2),
    count,
  ],

  // Write Operations; Counter Latch Command.
  [
    'the low byte alone',
    '50 10 77 77',
    'quirk',
    out(control, 0x90),
    status,
    out(counter2, 0x77),
    settle,
    status,
    count,
  ],
  [
    'the high byte alone',
    '20 12 12',
    'quirk',
    out(control, 0xa0),
    out(counter2, 0x12),
    settle,
    status,
    count,
  ],
  [
    'a latched count stays',
    '34 12 78 56',
    'quirk',
    held,
    latch,
    out(counter2, 0x78, 0x56),
    settle,
    count,
    count,
  ],
  [
    'the second of two latches is ignored',
    '34 12 78 56',
    'quirk',
    held,
    latch,
    out(counter2, 0x78, 0x56),
    settle,
    latch,
    count,
    count,
  ],
  [
    'reads and writes take turns',
    '34 12 78 56',
    'quirk',
    ...[stop, out(control, 0xb4), out(counter2, 0x34, 0x12), settle, tell(counter2), out(counter2, 0x78)],
    ...[tell(counter2), out(counter2, 0x56), out(control, 0xb4), out(counter2, 0x78, 0x56), settle, count],
  ],

  // Mode 0.
  ['the first byte stops the count, which stays', '34 12', 'quirk', held, out(counter2, 0x78), count],
  ['the gate lets it run', '00 20 b0', held, level, go, wait(5000), level, status],
  ['a new count takes OUT down again', '00', 'exact', stop, out(counter2, 0, 0), settle, level],
  // Mode 1.
  [
    'mode 1 waits for the gate',
    '20 f2',
    'quirk',
    stop,
    out(control, 0xb2),
    out(counter2, 0, 0x10),
    settle,
    level,
    status,
  ],
  ['OUT is low for its count', '00 32', 'exact', go, settle, level, status],
  ['and high behind it', '20 b2', 'exact', wait(4000), level, status],
  ['each edge of the gate begins again', '00', 'exact', stop, go, settle, level],
  // Mode 2.
  [
    'mode 2 is loaded and held',
    '20 b4 34 12',
    'quirk',
    stop,
    out(control, 0xb4),
    out(counter2, 0x34, 0x12),
    settle,
    level,
    status,
    count,
  ],
  // Mode 3.
  ['mode 3 is held', '20 b6', stop, out(control, 0xb6), out(counter2, 0x34, 0x12), settle, level, status],
  ['OUT is high while the gate is low', /^20$/, 'quirk', go, wait(3000), stop, level],
  [
    'a square wave by its count',
    near(5966 * 3, 12),
    'exact',
    out(counter2, 5966 & 0xff, 5966 >> 8),
    go,
    edges(portB, 0x20, 1),
  ],
  // Mode 4.
  [
    'mode 4 strobes once',
    '20 b8',
    'quirk',
    out(control, 0xb8),
    out(counter2, 0, 1),
    wait(1000),
    level,
    status,
  ],
  // Mode 5.
  ['mode 5 waits for the gate', 'fa', 'quirk', stop, out(control, 0xba), out(counter2, 0, 1), settle, status],
  ['and strobes', '20 ba', 'quirk', go, wait(1000), level, status],
  // BCD: 0 is 10,000.
  [
    'counts in BCD',
    /^\d\d \d\d$/,
    'quirk',
    stop,
    out(control, 0xb1),
    out(counter2, 0, 0),
    go,
    wait(137),
    stop,
    count,
  ],
  [
    'ten thousand',
    near(30_000, 12),
    'quirk',
    out(control, 0xb7),
    out(counter2, 0, 0),
    go,
    edges(portB, 0x20, 1),
  ],

  // Interrupt 0 is counter 0's rising OUT.
  [
    'interrupts of mode 2',
    /^20( 20){2,}$/,
    picOnly0,
    out(control, 0x34),
    out(counter0, 0, 0x10),
    interrupts(3),
    vectors,
  ],
  [
    'one of mode 0',
    '20',
    ...[out(0x21, 0xff), out(control, 0x30), picOnly0, out(counter0, 0, 0x10), interrupts(1), wait(5000)],
    ...[open, vectors],
  ],
]

/** IBM PS/2 Hardware Interface Technical Reference, System Control Port B. */
const systemControl: readonly ChipRow[] = [
  [
    'gate and speaker are read back',
    '03 00',
    out(portB, 3),
    tell(portB, 0x0f),
    out(portB, 0),
    tell(portB, 0x0f),
  ],
  ['so are the enables of checks', '0c', 'quirk', out(portB, 0x0c), tell(portB, 0x0f), out(portB, 0)],
  ['no check has failed', '00', tell(portB, 0xc0)],
  ['refresh by counts of 18', near(100 * 36 * 3, 12), 'quirk', edges(portB, 0x10, 100)],
]

describe.each(eachEngine)('8254 and port 61h on $name', (engine) => {
  test('do as their data sheets say', () => expectChip(engine, [...counters, ...systemControl]))
})
