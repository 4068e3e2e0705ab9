import { describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip } from './chip-rows.ts'
import { handlerEnds, interrupts, open, out, tell, vectors } from './chip-script.ts'
import { sources } from './interrupt-sources.ts'

const [master, masterData, slave, slaveData] = [0x20, 0x21, 0xa0, 0xa1]
const { keyboard, com2, com1, mouse } = sources

/** Vectors 20h and 28h, all masked; `icw4` of the first. */
const initialize = (icw4 = 1) => [
  ...[com1.start, com2.start, keyboard.start].flat(),
  ...[out(master, 0x11), out(masterData, 0x20, 4, icw4, 0xff)].flat(),
  ...[out(slave, 0x11), out(slaveData, 0x28, 2, 1, 0xff)].flat(),
  ...handlerEnds(false),
]
/** Requests 1 to 4. */
const unmask = out(masterData, 0xe1)
const end = out(master, 0x20)
const isr = [...out(master, 0x0b), ...tell(master)]
const isrOfSecond = [...out(slave, 0x0b), ...tell(slave)]
/** IRR, but for the PIT's request: it ticks at whichever row a slow host is at. */
const requests = tell(master, 0xfe)
const irr = [...out(master, 0x0a), ...requests]
const poll = [...out(master, 0x0c), ...tell(master)]
const raiseBoth = [...com1.raise, ...com2.raise]
const dropBoth = [...com1.drop, ...com2.drop]

/** Intel 231468. */
const rows: readonly ChipRow[] = [
  // Initialization Command Words 1 and 2.
  [
    'ICW1 clears the masks',
    '00 00',
    out(master, 0x11),
    out(masterData, 0x20, 4, 1),
    out(slave, 0x11),
    out(slaveData, 0x28, 2, 1),
    ...[tell(masterData), tell(slaveData)],
  ],
  [
    'masks are read back',
    '5a a5',
    out(masterData, 0x5a),
    out(slaveData, 0xa5),
    tell(masterData),
    tell(slaveData),
  ],
  ['ICW1 selects IRR', '10', initialize(), com1.raise, requests],
  [
    'ICW1 wants a new edge',
    '00 00',
    ...[initialize(), com1.raise, out(master, 0x11), out(masterData, 0x20, 4, 1, 0xff), irr],
    ...[unmask, open, vectors, isr],
  ],
  [
    'the other words leave OCW3 alone',
    '10 10',
    initialize(),
    com1.raise,
    irr,
    out(masterData, 0xef),
    requests,
  ],

  // Operation Command Word 1: masks.
  ['what is masked waits', '10', initialize(), com1.raise, open, vectors, irr],
  ['until it is not', '24 10 00', unmask, interrupts(1), vectors, isr, irr],
  ['an end makes no new edge', '00 00', end, open, vectors, isr, irr],

  // Fully Nested Mode; OCW2.
  ['a request in service', '24 10', initialize(), unmask, com1.raise, interrupts(1), vectors, isr],
  ['a higher one interrupts it', '23 18', com2.raise, interrupts(1), vectors, isr],
  ['a lower one does not', '18 10', com1.drop, com1.raise, open, vectors, isr, irr],
  ['a still higher one does', '21 1a', keyboard.raise, interrupts(1), vectors, isr, keyboard.drop],
  ['an end is of the highest', '18', end, isr],
  ['a specific end of any', '08', out(master, 0x64), isr],
  ['when all have ended the lower one comes', '24 10', end, interrupts(1), vectors, isr, end, dropBoth],
  [
    'two at once come by priority',
    '23 24',
    initialize(),
    handlerEnds(true),
    raiseBoth,
    unmask,
    interrupts(2),
    vectors,
  ],

  // The Cascade Mode.
  [
    'a request of the second',
    '2c 04 10',
    ...[initialize(), out(masterData, 0xfb), out(slaveData, 0xef), mouse.raise, interrupts(1), vectors],
    ...[isr, out(slave, 0x0b), tell(slave)],
  ],
  ['has to be ended twice', '04 00 00', out(slave, 0x20), isr, tell(slave), end, isr, mouse.drop],

  // Automatic End of Interrupt.
  ['an automatic end', '24 00', initialize(3), unmask, com1.raise, interrupts(1), vectors, isr],

  // Automatic Rotation, Specific Rotation.
  [
    'priorities are set',
    '24 23',
    initialize(),
    handlerEnds(true),
    out(master, 0xc3),
    raiseBoth,
    unmask,
    interrupts(2),
    vectors,
  ],
  [
    'an end rotates',
    '23 24 23',
    ...[initialize(), unmask, com2.raise, interrupts(1), vectors, out(master, 0xa0), dropBoth],
    ...[handlerEnds(true), out(masterData, 0xff), raiseBoth, unmask, interrupts(2), vectors],
  ],

  // Special Mask Mode.
  [
    'what is in service holds back a lower one',
    '23 08',
    initialize(),
    unmask,
    raiseBoth,
    interrupts(1),
    open,
    vectors,
    isr,
  ],
  [
    'but not when it is masked in special mask mode',
    '24 18',
    out(master, 0x68),
    out(masterData, 0xe9),
    interrupts(1),
    vectors,
    isr,
  ],
  [
    'special mask mode is left',
    '18 10',
    ...[out(master, 0x48), com1.drop, com1.raise, open, vectors, isr, irr],
  ],
  ['an end there passes over what is masked', '08', 'quirk', out(master, 0x68), end, isr],

  // Poll Command.
  ['a poll acknowledges', '83 08', initialize(), raiseBoth, unmask, poll, isr],
  ['with a lower request only there is none', '00', out(master, 0x0c), tell(master, 0x80)],
  ['after the end there is', '84 10', end, poll, isr],
  ['a poll is one read', '10', requests],

  // Edge and Level Triggered Modes; Intel386 EX User's Manual, 9.4.3, Spurious Interrupts.
  // ELCR: Intel 290562, Edge and Level Control Registers.
  [
    'a request that falls away is none',
    '10 00',
    'quirk',
    initialize(),
    unmask,
    com1.raise,
    irr,
    com1.drop,
    irr,
  ],
  ['but it comes as 7, which is not in service', '27 00', 'quirk', open, vectors, isr],
  [
    'one of the second as 15, and the cascade is in service',
    '2f 04 00',
    'quirk',
    ...[initialize(), out(masterData, 0xfb), out(slaveData, 0xef), mouse.raise, mouse.drop],
    ...[open, vectors, isr, isrOfSecond],
  ],
  [
    'the first comes as 7 too when the mask of the second takes it back',
    '27 00 00',
    'quirk',
    ...[initialize(), out(masterData, 0xfb), out(slaveData, 0xef), mouse.raise, out(slaveData, 0xff)],
    ...[open, vectors, isr, isrOfSecond, mouse.drop],
  ],
  [
    'what its own mask takes back does not come',
    '00',
    ...[initialize(), unmask, com1.raise, out(masterData, 0xff), open, vectors, isr],
  ],
  [
    'what its mask takes back does not come',
    '',
    initialize(),
    unmask,
    com1.raise,
    out(masterData, 0xff),
    open,
    vectors,
  ],
  [
    'ELCR has no bits for inputs 0 to 2, 8 and 13',
    'f8 de',
    out(0x4d0, 0xff),
    out(0x4d1, 0xff),
    tell(0x4d0),
    tell(0x4d1),
  ],
  [
    'a level comes again after its end',
    '24 10 24',
    ...[out(0x4d0, 0x10), out(0x4d1, 0), initialize(), unmask, com1.raise, interrupts(1), vectors],
    ...[irr, end, interrupts(1), vectors],
  ],
  ['until it falls', '00', com1.drop, end, open, vectors, irr, out(0x4d0, 0)],
]

describe.each(eachEngine)('8259A pair on $name', (engine) => {
  test('does as its data sheet says', () => expectChip(engine, rows))
})
