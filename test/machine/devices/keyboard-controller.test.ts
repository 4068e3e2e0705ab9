import { beforeEach, describe, expect, test } from 'vitest'
import { Keyboard } from '../../../src/machine/devices/keyboard.ts'
import { KeyboardController } from '../../../src/machine/devices/keyboard-controller.ts'
import { Mouse } from '../../../src/machine/devices/mouse.ts'
import { keys } from '../../../src/observe/keys.ts'

let events: string[] = []
let keyboard = new Keyboard()
let mouse = new Mouse()
let controller = make()

function make(): KeyboardController {
  const line = (name: string) => {
    let before = false
    return {
      set: (level: boolean) => {
        if (level !== before) events.push(`${name} ${level ? 'up' : 'down'}`)
        before = level
      },
    }
  }
  const reset = () => events.push('reset')
  const lines = { keyboardInterrupt: line('irq1'), mouseInterrupt: line('irq12'), a20: line('a20') }
  return new KeyboardController({ keyboard, mouse, reset, ...lines })
}

beforeEach(() => {
  events = []
  keyboard = new Keyboard()
  mouse = new Mouse()
  controller = make()
  expect(events.splice(0)).toEqual(['a20 up'])
})

const command = (value: number) => controller.write(4, 1, value)
const data = (value: number) => controller.write(0, 1, value)
const status = () => controller.read(4)
const hex = (bytes: readonly number[]) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')

/** Everything that there is to read, as a driver that polls does it. */
function readAll(): string {
  const bytes = []
  while (status() & 1) bytes.push(controller.read(0))
  return hex(bytes)
}

function setMode(value: number): void {
  command(0x60)
  data(value)
}

function press(...names: string[]): void {
  for (const name of names) keyboard.press(name, true)
  for (const name of names.toReversed()) keyboard.press(name, false)
}

describe('keys', () => {
  test('in set 1, with interrupts, one a byte', () => {
    press('a')
    expect(events).toEqual(['irq1 up'])
    expect(readAll()).toBe('1e 9e')
    expect(events).toEqual(['irq1 up', 'irq1 down', 'irq1 up', 'irq1 down'])
    expect(hex([controller.read(0)])).toBe('9e')
  })

  test('in set 2 without translation', () => {
    setMode(0x25)
    press('rightctrl', 'enter')
    expect(readAll()).toBe('e0 14 5a f0 5a e0 f0 14')
  })

  test('every key that a test can press has its code in both sets', () => {
    const table = keys.map((key) => {
      press(key)
      const translated = readAll()
      setMode(0x25)
      press(key)
      const raw = readAll()
      setMode(0x65)
      return `${key.padEnd(12)} ${raw.padEnd(36)} ${translated}`
    })
    expect(new Set(table.map((row) => row.slice(12))).size).toBe(keys.length)
    expect(`\n${table.join('\n')}\n`).toMatchSnapshot()
  })

  test('in set 1 from the keyboard itself', () => {
    setMode(0x25)
    data(0xf0)
    data(0x01)
    readAll()
    press('delete')
    expect(readAll()).toBe('e0 53 e0 d3')
  })

  test('a name that is none is told', () => {
    expect(keyboard.press('any', true)).toBe(false)
    expect(keyboard.press('constructor', true)).toBe(false)
    expect(readAll()).toBe('')
  })

  test('what finds no room is lost as a whole', () => {
    for (let i = 0; i < 20; i++) keyboard.press('up', true)
    expect(readAll()).toBe(Array(8).fill('e0 48').join(' '))
  })

  test('none come while the line is off or scanning is', () => {
    command(0xad)
    press('a')
    expect(status() & 1).toBe(0)
    command(0xae)
    expect(readAll()).toBe('1e 9e')
    data(0xf5)
    expect(readAll()).toBe('fa')
    press('a')
    expect(readAll()).toBe('')
    data(0xf4)
    press('b')
    expect(readAll()).toBe('fa 30 b0')
  })
})

describe('commands of the keyboard', () => {
  test.each([
    [[0xff], 'fa aa'],
    [[0xee], 'ee'],
    [[0xf2], 'fa ab 41'],
    [[0xf0, 0x00], 'fa fa 41'],
    [[0xf3, 0x20], 'fa fa'],
    [[0x01], 'fe'],
    [[0xf0, 0x07], 'fa fe'],
    [[0xee, 0xfe], 'ee ee'],
    [[0xee, 0x01, 0xfe, 0xfe], 'ee fe ee ee'],
    [[0xf2, 0xfe], 'fa ab 41 41'],
    [[0xfe], 'aa'],
  ])('%o', (bytes, answers) => {
    const read = bytes.map((byte) => {
      data(byte)
      return readAll()
    })
    expect(read.join(' ')).toBe(answers)
  })

  test('LEDs; keys that wait come behind the answers', () => {
    keyboard.press('a', true)
    data(0xed)
    data(0x07)
    expect(readAll()).toBe('1e fa')
    expect(keyboard.leds).toBe(7)
  })
})

describe('commands of the controller', () => {
  test.each([
    [[0xaa], '55'],
    [[0xab], '00'],
    [[0xa9], '00'],
    [[0xa4], 'f1'],
    [[0xc0], 'a0'],
    [[0x20], '65'],
  ])('%o answers', (bytes, answers) => {
    for (const byte of bytes) command(byte)
    expect(readAll()).toBe(answers)
  })

  test('its RAM keeps what is written', () => {
    command(0x7f)
    data(0xab)
    command(0x3f)
    expect(readAll()).toBe('ab')
  })

  test('status: what was written last, and whether there is something to read', () => {
    expect(hex([status()])).toBe('14')
    command(0xae)
    expect(hex([status()])).toBe('1c')
    command(0xaa)
    expect(hex([status(), controller.peek(0), status()])).toBe('1d 55 1d')
  })

  test('A20 by the output port and by commands of its own', () => {
    command(0xd1)
    data(0xdd)
    command(0xd0)
    expect(readAll()).toBe('cd')
    command(0xdf)
    command(0xd0)
    expect(readAll()).toBe('cf')
    expect(events.filter((event) => event.startsWith('a20'))).toEqual(['a20 down', 'a20 up'])
  })

  test('resets: pulses of line 0 alone, and the output port', () => {
    command(0xff)
    command(0xf1)
    expect(events).toEqual([])
    command(0xfe)
    command(0xd1)
    data(0xde)
    expect(events.filter((event) => event === 'reset').length).toBe(2)
  })

  test('what the host puts into the output buffer interrupts like a device', () => {
    setMode(0x47)
    command(0xd2)
    data(0x1c)
    expect([events.at(-1), readAll()]).toEqual(['irq1 up', '1c'])
    command(0xd3)
    data(0x08)
    expect([events.at(-1), hex([status()]), readAll()]).toEqual(['irq12 up', '35', '08'])
  })
})

describe('the mouse', () => {
  const send = (...bytes: number[]) =>
    bytes
      .map((byte) => {
        command(0xd4)
        data(byte)
        return readAll()
      })
      .join(' ')

  test('resets, says what it is, and shows its wheel to who knocks', () => {
    expect(send(0xff)).toBe('fa aa 00')
    expect(send(0xf2)).toBe('fa 00')
    expect(send(0xf3, 200, 0xf3, 100, 0xf3, 80)).toBe('fa fa fa fa fa fa')
    expect(send(0xf2)).toBe('fa 03')
  })

  test('packets of movement and buttons, as many as it takes', () => {
    setMode(0x47)
    expect(send(0xf4)).toBe('fa')
    mouse.move({ x: 5, y: -3, buttons: ['left'] })
    expect([events.at(-1), readAll()]).toEqual(['irq12 up', '29 05 fd'])
    mouse.move({ x: -300, y: 0, buttons: [] })
    expect(readAll()).toBe('18 01 00 18 d3 00')
  })

  test('turns of the wheel are a fourth byte', () => {
    send(0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf4)
    mouse.move({ x: 0, y: 0, wheel: -2 })
    expect(readAll()).toBe('08 00 00 fe')
  })

  test('says nothing unless it is enabled, or asked in remote mode', () => {
    mouse.move({ x: 1, y: 1 })
    expect(readAll()).toBe('')
    expect(send(0xf0, 0xeb)).toBe('fa fa 08 01 01')
    mouse.move({ x: 2, y: 2 })
    expect(readAll()).toBe('')
    expect(send(0xe9)).toBe('fa 40 02 64')
  })

  // Holtek HT6523, commands of the host: FEh sends what the last output was, of three, two bytes or one.
  test.each([
    [[0xe9, 0xfe], 'fa 00 02 64 00 02 64'],
    [[0xff, 0xfe], 'fa aa 00 aa 00'],
    [[0xf2, 0xfe], 'fa 00 00'],
    [[0xe6, 0xfe, 0xfe], 'fa fa fa'],
    [[0xe9, 0x01, 0xfe], 'fa 00 02 64 fe 00 02 64'],
    [[0xfe], 'aa 00'],
  ])('resends its last packet: %o', (bytes, answers) => {
    expect(send(...bytes)).toBe(answers)
  })

  test('resends movement, one that was half taken too', () => {
    send(0xf4)
    mouse.move({ x: -2, y: 0, buttons: [] })
    expect([readAll(), send(0xfe)]).toEqual(['18 fe 00', '18 fe 00'])
    mouse.move({ x: 5, y: 1, buttons: [] })
    expect(hex([controller.read(0)])).toBe('08')
    command(0xd4)
    data(0xfe)
    // The second byte is in the controller already, the third still in the mouse.
    expect(readAll()).toBe('05 08 05 01')
  })

  test('wraps what it is sent', () => {
    expect(send(0xee, 0x12, 0xf4, 0xec, 0xe9)).toBe('fa 12 f4 fa fa 00 02 64')
  })
})

test('saved with bytes on the way, it goes on alike', () => {
  keyboard.press('rightctrl', true)
  mouse.receive(0xf4)
  setMode(0x47)
  mouse.move({ x: 1, y: 1 })
  const saved = structuredClone([controller.save(), keyboard.save(), mouse.save()] as const)
  const expected = readAll()
  keyboard = new Keyboard()
  mouse = new Mouse()
  controller = make()
  controller.load(saved[0])
  keyboard.load(saved[1])
  mouse.load(saved[2])
  expect(readAll()).toBe(expected)
  expect(expected).toBe('e0 1d fa 08 01 01')
})
