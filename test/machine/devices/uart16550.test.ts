import { beforeEach, describe, expect, test } from 'vitest'
import { Uart16550 } from '../../../src/machine/devices/uart16550.ts'

const [data, interruptEnable, interruptId, lineControl, modemControl, lineStatus, modemStatus, scratch] = [
  0, 1, 2, 3, 4, 5, 6, 7,
]
const latch = 0x80
const loopback = 0x10

let sent: number[] = []
let uart = new Uart16550(() => {})
beforeEach(() => {
  sent = []
  uart = new Uart16550((byte) => sent.push(byte))
})

const write = (offset: number, value: number) => uart.write(offset, 1, value)
const read = (offset: number) => uart.read(offset)

test('what is written is sent, and the transmitter is empty again', () => {
  for (const byte of [0x41, 0x00, 0xff]) write(data, byte)
  expect(sent).toEqual([0x41, 0x00, 0xff])
  expect(read(lineStatus)).toBe(0x60)
})

test('the divisor hides data and interrupt enable while it is latched', () => {
  write(interruptEnable, 0x05)
  write(lineControl, latch | 3)
  write(data, 0x0c)
  write(interruptEnable, 0x01)
  expect([read(data), read(interruptEnable)]).toEqual([0x0c, 0x01])
  write(lineControl, 3)
  expect([read(interruptEnable), read(lineControl)]).toEqual([0x05, 3])
  expect(sent).toEqual([])
})

test('scratch keeps everything, interrupt enable and modem control their bits', () => {
  for (const offset of [scratch, interruptEnable, modemControl]) write(offset, 0xff)
  expect([read(scratch), read(interruptEnable), read(modemControl)]).toEqual([0xff, 0x0f, 0x1f])
})

describe('input', () => {
  test('waits, first come first served', () => {
    expect([read(lineStatus) & 1, read(data)]).toEqual([0, 0])
    uart.receive(Uint8Array.of(1, 2))
    uart.receive(Uint8Array.of(3))
    expect(read(lineStatus)).toBe(0x61)
    expect([read(data), read(data), read(data)]).toEqual([1, 2, 3])
    expect(read(lineStatus)).toBe(0x60)
  })

  test('a byte costs the same however many wait behind it', () => {
    const flood = Uint8Array.from({ length: 1 << 20 }, (_, at) => at * 7)
    for (const from of [0, 1 << 19]) uart.receive(flood.subarray(from, from + (1 << 19)))
    const wrong = flood.findIndex((byte) => read(lineStatus) !== 0x61 || read(data) !== byte)
    expect([wrong, read(lineStatus)]).toEqual([-1, 0x60])
  })

  test('waits outside while the line is looped back', () => {
    uart.receive(Uint8Array.of(9))
    write(modemControl, loopback)
    write(data, 0xae)
    expect([read(lineStatus) & 1, read(data), read(lineStatus) & 1]).toEqual([1, 0xae, 0])
    expect(sent).toEqual([])
    write(modemControl, 0)
    expect(read(data)).toBe(9)
  })
})

describe('interrupts, as far as they can be asked for', () => {
  test('none, and the FIFO once it is enabled', () => {
    expect(read(interruptId)).toBe(0x01)
    write(interruptId, 1)
    expect(read(interruptId)).toBe(0xc1)
  })

  test('the empty transmitter is told once', () => {
    write(interruptEnable, 2)
    expect([read(interruptId), read(interruptId)]).toEqual([2, 1])
    write(data, 0x41)
    expect([read(interruptId), read(interruptId)]).toEqual([2, 1])
  })

  test('data come before it, for as long as there are some', () => {
    write(interruptEnable, 3)
    uart.receive(Uint8Array.of(7))
    expect([read(interruptId), read(interruptId)]).toEqual([4, 4])
    read(data)
    expect(read(interruptId)).toBe(2)
  })
})

describe('the interrupt line', () => {
  let edges: string[] = []
  beforeEach(() => {
    edges = []
    let before = false
    const set = (level: boolean) => {
      if (level !== before) edges.push(level ? 'up' : 'down')
      before = level
    }
    uart = new Uart16550((byte) => sent.push(byte), { set })
    write(modemControl, 8)
  })

  test('follows the transmitter: each byte is one interrupt', () => {
    write(interruptEnable, 2)
    write(data, 0x41)
    expect(edges).toEqual(['up', 'down', 'up'])
    expect(read(interruptId)).toBe(2)
    expect(edges).toEqual(['up', 'down', 'up', 'down'])
  })

  test('is up while there is something to read', () => {
    write(interruptEnable, 1)
    uart.receive(Uint8Array.of(1, 2))
    read(data)
    expect(edges).toEqual(['up'])
    read(data)
    expect(edges).toEqual(['up', 'down'])
  })

  test('does not leave a PC without OUT2', () => {
    write(modemControl, 0)
    write(interruptEnable, 2)
    expect(edges).toEqual([])
    write(modemControl, 8)
    expect(edges).toEqual(['up'])
  })
})

test('with a FIFO: data at its trigger level, and a timeout below', () => {
  write(interruptId, 0x81)
  write(interruptEnable, 1)
  uart.receive(new Uint8Array(7))
  expect(read(interruptId)).toBe(0xcc)
  uart.receive(new Uint8Array(1))
  expect(read(interruptId)).toBe(0xc4)
  read(data)
  expect(read(interruptId)).toBe(0xcc)
})

describe('an overrun', () => {
  test('replaces the byte that was not read', () => {
    write(interruptEnable, 4)
    write(modemControl, loopback)
    write(data, 1)
    write(data, 2)
    expect([read(interruptId), read(lineStatus), read(lineStatus), read(data)]).toEqual([6, 0x63, 0x61, 2])
  })

  test('loses the seventeenth byte of a FIFO', () => {
    write(interruptId, 1)
    write(modemControl, loopback)
    for (let byte = 0; byte < 17; byte++) write(data, byte)
    expect(read(lineStatus)).toBe(0x63)
    expect(Array.from({ length: 17 }, () => read(data))).toEqual([...Array(16).keys(), 0])
  })
})

test('turning the FIFO on empties it', () => {
  write(modemControl, loopback)
  write(data, 1)
  write(interruptId, 1)
  expect(read(lineStatus)).toBe(0x60)
})

test('modem changes interrupt last, until they are read', () => {
  write(interruptEnable, 8)
  write(modemControl, loopback)
  expect([read(interruptId), read(modemStatus), read(interruptId)]).toEqual([0, 0x0b, 1])
})

test('peek changes nothing; what is saved goes on alike', () => {
  uart.receive(Uint8Array.of(1, 2, 3))
  write(interruptEnable, 0xf)
  write(modemControl, loopback | 8)
  write(data, 7)
  write(data, 8)
  const saved = uart.save()
  for (let offset = 0; offset < 8; offset++) uart.peek(offset)
  expect(uart.save()).toEqual(saved)
  const readOn = () => [interruptId, lineStatus, data, modemStatus, interruptId, data].map(read)
  const first = readOn()
  uart = new Uart16550(() => {})
  uart.load(structuredClone(saved))
  expect(readOn()).toEqual(first)
  uart.reset()
  expect([read(lineStatus), read(data)]).toEqual([0x61, 1])
})

test('modem status: somebody listens; looped back, the outputs come back, with what changed', () => {
  expect(read(modemStatus)).toBe(0xb0)
  // What Linux looks for: OUT2 and RTS as CD and CTS.
  write(modemControl, loopback | 0x0a)
  expect(read(modemStatus) & 0xf0).toBe(0x90)
  expect(read(modemStatus)).toBe(0x90)
  write(modemControl, loopback | 0x04)
  // CTS and CD have gone; the ring indicator tells only its end.
  expect(read(modemStatus)).toBe(0x40 | 0x09)
  write(modemControl, loopback)
  expect(read(modemStatus)).toBe(0x04)
})
