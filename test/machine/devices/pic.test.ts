import { beforeEach, describe, expect, test } from 'vitest'
import { Pic } from '../../../src/machine/devices/pic.ts'

let interrupts = false
let master = new Pic({ set: () => {} })
let slave = new Pic({ set: () => {} })

const command = (chip: Pic, value: number) => chip.write(0, 1, value)
const data = (chip: Pic, ...values: number[]) => {
  for (const value of values) chip.write(1, 1, value)
}
const end = 0x20
const readsIsr = 0x0b
const readsIrr = 0x0a

/** A pair as PCs wire it, at vectors 08h and 70h. */
beforeEach(() => {
  interrupts = false
  slave = new Pic({ set: (level) => master.setInput(2, level) }, { levelCapable: 0xde })
  master = new Pic(
    { set: (level) => (interrupts = level) },
    { cascade: { input: 2, acknowledge: () => slave.acknowledge() }, levelCapable: 0xf8 },
  )
  initialize()
})

function initialize({ masterMode = 1, slaveMode = 1 } = {}): void {
  command(master, 0x11)
  data(master, 0x08, 0x04, masterMode)
  command(slave, 0x11)
  data(slave, 0x70, 0x02, slaveMode)
}

function raise(irq: number): void {
  const chip = irq < 8 ? master : slave
  chip.setInput(irq & 7, true)
}

function lower(irq: number): void {
  const chip = irq < 8 ? master : slave
  chip.setInput(irq & 7, false)
}

const pulse = (irq: number) => {
  lower(irq)
  raise(irq)
}
const inService = (chip: Pic) => {
  command(chip, readsIsr)
  return chip.read(0)
}
const requested = (chip: Pic) => {
  command(chip, readsIrr)
  return chip.read(0)
}

test('a rising edge is one interrupt', () => {
  expect(interrupts).toBe(false)
  raise(1)
  expect([interrupts, requested(master)]).toEqual([true, 0x02])
  expect([master.acknowledge(), interrupts]).toEqual([0x09, false])
  expect([requested(master), inService(master)]).toEqual([0, 0x02])
  command(master, end)
  expect([interrupts, inService(master)]).toEqual([false, 0])
  pulse(1)
  expect(interrupts).toBe(true)
})

test('nothing interrupts before the chip has been initialized', () => {
  const chip = new Pic({ set: (level) => (interrupts = level) })
  command(chip, 0x11)
  data(chip, 0x20)
  chip.setInput(0, true)
  expect(interrupts).toBe(false)
  data(chip, 0x00, 0x01)
  expect(interrupts).toBe(true)
  expect(chip.acknowledge()).toBe(0x20)
})

test('a single chip needs no ICW3, and ICW4 only if it was announced', () => {
  const chip = new Pic({ set: (level) => (interrupts = level) })
  command(chip, 0x12)
  data(chip, 0x40, 0xfe)
  chip.setInput(0, true)
  expect([chip.read(1), chip.acknowledge()]).toEqual([0xfe, 0x40])
})

test('lower numbers come first, and interrupt what is in service', () => {
  raise(5)
  raise(3)
  expect(master.acknowledge()).toBe(0x0b)
  expect(interrupts).toBe(false)
  raise(0)
  expect(interrupts).toBe(true)
  expect(master.acknowledge()).toBe(0x08)
  command(master, end)
  command(master, end)
  expect(master.acknowledge()).toBe(0x0d)
  command(master, 0x65)
  expect(inService(master)).toBe(0)
})

test('a masked input waits', () => {
  data(master, 0x10)
  raise(4)
  expect([interrupts, requested(master), master.read(1)]).toEqual([false, 0x10, 0x10])
  data(master, 0)
  expect(interrupts).toBe(true)
})

test('the slave gives its vector, and both are in service', () => {
  raise(12)
  expect([interrupts, master.acknowledge()]).toEqual([true, 0x74])
  expect([inService(master), inService(slave)]).toEqual([0x04, 0x10])
  command(slave, end)
  command(master, end)
  expect([inService(master), inService(slave)]).toEqual([0, 0])
})

describe('a request that goes away is spurious', () => {
  test('7 of the master, with nothing in service', () => {
    raise(4)
    lower(4)
    expect([interrupts, master.acknowledge(), inService(master)]).toEqual([true, 0x0f, 0])
    expect(interrupts).toBe(false)
  })

  test('15 of the slave, with the master in service', () => {
    raise(9)
    lower(9)
    expect([interrupts, master.acknowledge()]).toEqual([true, 0x77])
    expect([inService(master), inService(slave)]).toEqual([0x04, 0])
  })

  test('but for one that a mask has taken back', () => {
    raise(4)
    data(master, 0x10)
    expect(interrupts).toBe(false)
  })

  test('7 of the master where the mask of the slave takes it back', () => {
    raise(9)
    data(slave, 0x02)
    expect([interrupts, master.acknowledge()]).toEqual([true, 0x0f])
    expect([inService(master), inService(slave)]).toEqual([0, 0])
  })

  test('another one comes in its place', () => {
    raise(4)
    lower(4)
    raise(6)
    expect([master.acknowledge(), inService(master), interrupts]).toEqual([0x0e, 0x40, false])
  })
})

test('a level-triggered input interrupts for as long as it is high', () => {
  master.levelControl = 0xff
  expect(master.levelControl).toBe(0xf8)
  raise(5)
  expect(master.acknowledge()).toBe(0x0d)
  command(master, end)
  expect(interrupts).toBe(true)
  expect(master.acknowledge()).toBe(0x0d)
  lower(5)
  command(master, end)
  expect([interrupts, requested(master)]).toEqual([false, 0])
})

test('automatic end of interrupt', () => {
  initialize({ masterMode: 3 })
  raise(6)
  expect([master.acknowledge(), inService(master)]).toEqual([0x0e, 0])
})

describe('priorities rotate', () => {
  test('with the end of an interrupt', () => {
    raise(4)
    master.acknowledge()
    command(master, 0xa0)
    raise(3)
    raise(5)
    expect(master.acknowledge()).toBe(0x0d)
  })

  test('by command, and with a specific end', () => {
    command(master, 0xc2)
    raise(1)
    raise(3)
    expect(master.acknowledge()).toBe(0x0b)
    command(master, 0xe3)
    expect(inService(master)).toBe(0)
    raise(4)
    expect(master.acknowledge()).toBe(0x0c)
  })

  test('with each automatic end, once that is asked for', () => {
    initialize({ masterMode: 3 })
    command(master, 0x80)
    raise(2)
    raise(3)
    master.acknowledge()
    pulse(3)
    raise(4)
    expect(master.acknowledge()).toBe(0x0b)
    pulse(3)
    expect(master.acknowledge()).toBe(0x0c)
  })
})

test('special mask mode lets lower ones through when what is in service is masked', () => {
  raise(3)
  master.acknowledge()
  raise(6)
  data(master, 0x08)
  expect(interrupts).toBe(false)
  command(master, 0x68)
  expect(interrupts).toBe(true)
  command(master, 0x48)
  expect(interrupts).toBe(false)
})

test('special fully nested mode: the slave may interrupt itself', () => {
  initialize({ masterMode: 0x11 })
  raise(12)
  expect(master.acknowledge()).toBe(0x74)
  raise(8)
  expect([interrupts, master.acknowledge()]).toEqual([true, 0x70])
})

test('a poll acknowledges without an INTA', () => {
  raise(3)
  command(master, 0x0c)
  expect([master.peek(0), master.read(0), inService(master)]).toEqual([0x83, 0x83, 0x08])
  command(master, end)
  command(master, 0x0c)
  expect(master.read(0)).toBe(0x07)
})

test('ICW1 forgets mask, service and edges, and reads requests', () => {
  data(master, 0xff)
  raise(1)
  command(master, readsIsr)
  command(master, 0x11)
  data(master, 0x20, 0x04, 0x01)
  expect([master.read(1), master.read(0), interrupts]).toEqual([0, 0, false])
  pulse(1)
  expect(master.acknowledge()).toBe(0x21)
})

test('what is saved goes on alike', () => {
  raise(12)
  raise(4)
  master.acknowledge()
  const saved = structuredClone(master.save())
  const other = new Pic({ set: (level) => (interrupts = level) })
  other.load(saved)
  expect(other.save()).toEqual(master.save())
  command(other, end)
  expect(interrupts).toBe(true)
})
