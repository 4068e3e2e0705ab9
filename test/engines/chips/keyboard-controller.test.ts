import { describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip } from './chip-rows.ts'
import { discard, out, tell, until, wait } from './chip-script.ts'

const [data, command] = [0x60, 0x64]
/** Bytes that come, one after the other. */
const answers = (count: number) =>
  Array.from({ length: count }, () => [...until(command, 1, 1), ...tell(data)]).flat()
const ask = (value: number, count = 1) => [...out(command, value), ...answers(count)]
/** Both lines on, no interrupts, no translation; nothing is left. */
const plain = [...out(command, 0x60), ...out(data, 0x04), ...discard(data, 4)]
const keyboard = (value: number, count = 1) => [...out(data, value), ...answers(count)]
const mouse = (value: number, count = 1) => [...out(command, 0xd4), ...out(data, value), ...answers(count)]
const full = tell(command, 0x21)

/** IBM PS/2 Hardware Interface Technical Reference, Keyboard and Auxiliary Device Controller. */
const controller: readonly ChipRow[] = [
  ['the command byte', '47 04', out(command, 0x60), out(data, 0x47), ask(0x20), plain, ask(0x20)],
  ['RAM', '5a', 'quirk', out(command, 0x65), out(data, 0x5a), ask(0x25)],
  ['the self-test', '55 04', ask(0xaa), plain, tell(command, 4)],
  ['the keyboard interface test', '00', ask(0xab)],
  ['that of the mouse', '00', ask(0xa9)],
  ['the mouse off and on', '24 04', out(command, 0xa7), ask(0x20), out(command, 0xa8), ask(0x20)],
  ['the keyboard off and on', '14 04', out(command, 0xad), ask(0x20), out(command, 0xae), ask(0x20)],
  ['no key lock', '80', out(command, 0xc0), until(command, 1, 1), tell(data, 0x80)],
  [
    'the input port in the status, its lower half and its upper, until the next write',
    '00 a0 10',
    'quirk',
    ...[out(command, 0xc1), tell(command, 0xf0), out(command, 0xc2), tell(command, 0xf0)],
    ...[out(command, 0xae), tell(command, 0xf0)],
  ],
  ['the output port: no reset, A20', '03', out(command, 0xd0), until(command, 1, 1), tell(data, 3)],
  ['a byte as of the keyboard', '01 5a 00', out(command, 0xd2), out(data, 0x5a), full, tell(data), full],
  [
    'a byte as of the mouse',
    '21 a5 00',
    out(command, 0xd3),
    out(data, 0xa5),
    full,
    tell(data),
    tell(command, 1),
  ],
  ['which port was written', '08 00', 'quirk', out(command, 0xae), tell(command, 8), plain, tell(command, 8)],
]

/** Ibid., Keyboards. */
const keyboardRows: readonly ChipRow[] = [
  ['reset and test', 'fa aa', plain, keyboard(0xff, 2)],
  ['echo', 'ee', keyboard(0xee)],
  ['identity', 'fa ab 83', keyboard(0xf2, 3)],
  ['and translated', 'fa ab 41', out(command, 0x60), out(data, 0x44), keyboard(0xf2, 3), plain],
  ['LEDs', 'fa fa', keyboard(0xed), keyboard(7)],
  ['a command instead of LEDs', 'fa fa', keyboard(0xed), keyboard(0xf4)],
  ['rate and delay', 'fa fa', keyboard(0xf3), keyboard(0x20)],
  ['code set 2 after its reset', 'fa fa 02', keyboard(0xf0), keyboard(0, 2)],
  ['code set 1', 'fa fa fa fa 01', keyboard(0xf0), keyboard(1), keyboard(0xf0), keyboard(0, 2)],
  ['defaults', 'fa fa fa 02', keyboard(0xf6), keyboard(0xf0), keyboard(0, 2)],
  ['off and on', 'fa fa', keyboard(0xf5), keyboard(0xf4)],
  ['no such command', 'fe', 'quirk', keyboard(0x00)],
  ['once more', 'ee ee', 'quirk', keyboard(0xee), keyboard(0xfe)],
  [
    'once more, but not its refusal',
    'ee fe ee',
    'quirk',
    ...[keyboard(0xee), out(data, 0x00), wait(100), tell(data), out(data, 0xfe), wait(100), tell(data)],
  ],
]

/** Resend, and what comes if anything does. */
const hearAgain = (count: number) => [
  ...[...out(command, 0xd4), ...out(data, 0xfe)],
  ...Array.from({ length: count }, () => [...wait(100), ...tell(data)]).flat(),
]
/** Ibid., Mouse; Microsoft's IntelliMouse for the wheel. */
const mouseRows: readonly ChipRow[] = [
  ['reset and test', 'fa aa 00', mouse(0xff, 3)],
  ['status after its reset', 'fa 00 02 64', mouse(0xe9, 4)],
  ['resolution, rate, scaling', 'fa fa fa fa fa', mouse(0xe8), mouse(3), mouse(0xf3), mouse(10), mouse(0xe7)],
  ['are told', 'fa 10 03 0a', mouse(0xe9, 4)],
  ['remote mode', 'fa fa 08 00 00', mouse(0xf0), mouse(0xeb, 4)],
  ['is told', 'fa 50 03 0a', mouse(0xe9, 4)],
  ['wrap mode', 'fa 55 f4', mouse(0xee), mouse(0x55), mouse(0xf4)],
  ['and its end', 'fa', mouse(0xec)],
  ['stream mode, on', 'fa fa fa 30 03 0a', mouse(0xea), mouse(0xf4), mouse(0xe9, 4)],
  ['defaults', 'fa fa 00 02 64', mouse(0xf6), mouse(0xe9, 4)],
  ['once more: the last packet', 'fa 00 02 64 00 02 64', 'quirk', mouse(0xe9, 4), hearAgain(3)],
  ['no wheel', 'fa 00', mouse(0xf2, 2)],
  [
    'but for who knocks',
    'fa fa fa fa fa fa fa 03',
    ...[200, 100, 80].map((rate) => [...mouse(0xf3), ...mouse(rate)]),
    mouse(0xf2, 2),
  ],
  ['no such command', 'fe', 'quirk', out(command, 0xd4), out(data, 0xd0), wait(100), tell(data)],
  [
    'once more, but not its refusal',
    'fa 00 02 50 fe 00 02 50',
    'quirk',
    ...[mouse(0xe9, 4), out(command, 0xd4), out(data, 0xd0), wait(100), tell(data), hearAgain(3)],
  ],
]

describe.each(eachEngine)('8042, keyboard and mouse on $name', (engine) => {
  test('do as their data sheet says', () =>
    expectChip(engine, [...controller, ...keyboardRows, ...mouseRows]))
})
