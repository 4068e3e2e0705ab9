import { describe, expect, test } from 'vitest'
import type { Cpu } from '../../../src/machine/cpu/cpu.ts'
import { flagBit } from '../../../src/machine/cpu/register-bits.ts'
import { activity, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import { assemble } from '../control/assemble.ts'
import { execute } from '../control/processor.ts'

const origin = 0x1_0000
const handler = 0x800
const nmiHandler = 0x880
const interruptVector = 0x40

/** Real-mode code with handlers that return by IRET, before its first instruction. */
function realMode(code: string, flags = 2): Cpu {
  const { cpu } = execute({ mode: 'real', code, units: 0 })
  cpu.stopsAtExceptions = false
  for (const [vector, offset] of [
    [interruptVector, handler],
    [2, nmiHandler],
  ] as const) {
    cpu.poke(4 * vector, Uint8Array.of(offset & 0xff, offset >> 8, 0, 0))
    cpu.poke(offset, assemble(16, 'iret'))
  }
  cpu.state.flags = flags
  cpu.events.acknowledge = () => interruptVector
  return cpu
}

/** Where CS:IP points after each of so many units, from the beginning of the code. */
function steps(cpu: Cpu, count: number): string[] {
  return Array.from({ length: count }, () => {
    const { stop } = cpu.run(1)
    const linear = cpu.state.segment(segment.cs).base + cpu.state.rip
    const place = linear >= origin ? `+${linear - BigInt(origin)}` : linear.toString(16)
    return stop.kind === 'budget' ? place : `${stop.kind} ${place}`
  })
}

const open = 2 | flagBit.interrupt

describe('INTR', () => {
  test('is taken at the next boundary where IF is set, and costs one unit', () => {
    const cpu = realMode('nop; nop', open)
    cpu.events.setInterruptLine(true)
    const taken = steps(cpu, 1)
    cpu.events.setInterruptLine(false)
    expect([...taken, ...steps(cpu, 2)]).toEqual(['800', '+0', '+1'])
  })

  test('waits for IF', () => {
    const cpu = realMode('nop; nop')
    cpu.events.setInterruptLine(true)
    expect(steps(cpu, 2)).toEqual(['+1', '+2'])
  })

  test('waits one instruction behind STI', () => {
    const cpu = realMode('sti; nop; nop')
    cpu.events.setInterruptLine(true)
    expect(steps(cpu, 3)).toEqual(['+1', '+2', '800'])
  })

  test('does not wait behind an STI that changes nothing', () => {
    const cpu = realMode('sti; nop; nop', open)
    expect(steps(cpu, 1)).toEqual(['+1'])
    cpu.events.setInterruptLine(true)
    expect(steps(cpu, 1)).toEqual(['800'])
  })

  test('waits behind the first of two MOV SS alone', () => {
    const cpu = realMode('mov ss, ax; mov ss, ax; nop', open)
    expect(steps(cpu, 1)).toEqual(['+2'])
    cpu.events.setInterruptLine(true)
    expect(steps(cpu, 2)).toEqual(['+4', '800'])
  })

  test('ends HLT, and its handler returns behind it', () => {
    const cpu = realMode('sti; hlt; nop')
    expect(steps(cpu, 3)).toEqual(['+1', '+2', 'halted +2'])
    cpu.events.setInterruptLine(true)
    const woken = steps(cpu, 1)
    cpu.events.setInterruptLine(false)
    expect([...woken, ...steps(cpu, 2)]).toEqual(['800', '+2', '+3'])
  })

  test.each([
    [1, true],
    [2, true],
    [3, false],
  ])('behind %i of 3 iterations pushes RF as %s', (iterations, isResumed) => {
    const tables = { gdt: 0x5000n, idt: 0x6000n }
    const { cpu, end } = execute({
      mode: 'prot32',
      code: 'rep stosb',
      general: { rcx: 3n, rdi: 0x2_0000n },
      units: iterations,
      set: (registers) => {
        registers.flags = open
        registers.setU64(state.gdtBase, tables.gdt)
        registers.setU64(state.idtBase, tables.idt)
      },
    })
    expect(end).toBe('ok')
    const flatCode = 0x00cf_9b00_0000_ffffn
    const interruptGate = 0x0000_8e00_0008_0000n | BigInt(handler)
    cpu.poke(Number(tables.gdt) + 8, new Uint8Array(BigUint64Array.of(flatCode).buffer))
    cpu.poke(
      Number(tables.idt) + 8 * interruptVector,
      new Uint8Array(BigUint64Array.of(interruptGate).buffer),
    )
    cpu.events.acknowledge = () => interruptVector
    cpu.events.setInterruptLine(true)
    expect(steps(cpu, 1)).toEqual(['800'])
    const pushed = Buffer.from(cpu.memory.read(Number(cpu.state.general(4)) + 8, 4)).readUInt32LE()
    expect((pushed & flagBit.resume) !== 0).toBe(isResumed)
  })

  test('does not end HLT while IF is clear', () => {
    const cpu = realMode('hlt; nop')
    cpu.events.setInterruptLine(true)
    expect(steps(cpu, 2)).toEqual(['+1', 'halted +1'])
  })
})

describe('INTR and what waits for it', () => {
  test('the controller is asked for a vector once, when the interrupt is accepted', () => {
    const cpu = realMode('nop; sti; nop; nop')
    let asked = 0
    cpu.events.acknowledge = () => {
      asked++
      cpu.events.setInterruptLine(false)
      return interruptVector
    }
    cpu.events.setInterruptLine(true)
    const before = [steps(cpu, 3), asked]
    expect([before, steps(cpu, 2), asked]).toEqual([[['+1', '+2', '+3'], 0], ['800', '+3'], 1])
  })

  test('a line that falls before IF is set asks for nothing', () => {
    const cpu = realMode('nop; sti; nop; nop')
    cpu.events.setInterruptLine(true)
    expect(steps(cpu, 1)).toEqual(['+1'])
    cpu.events.setInterruptLine(false)
    expect(steps(cpu, 3)).toEqual(['+2', '+3', '+4'])
  })

  // SDM volume 3, 10.8.3.1: CR8 is the local APIC's to look at.
  test('CR8 holds back nothing by itself', () => {
    const cpu = realMode('nop', open)
    cpu.state.setU32(state.taskPriority, 15)
    cpu.events.setInterruptLine(true)
    expect(steps(cpu, 1)).toEqual(['800'])
  })

  // SDM volume 2, MWAIT: an unmasked interrupt, NMI and INIT end the wait; the handler returns behind it.
  test.each([
    ['INTR', (cpu: Cpu) => cpu.events.setInterruptLine(true), '800'],
    ['NMI', (cpu: Cpu) => cpu.events.nmi(), '880'],
    ['INIT', (cpu: Cpu) => cpu.events.init(), `+${0xffff_fff0 - origin}`],
  ])('%s ends MWAIT', (_, raise, place) => {
    const cpu = realMode('xor ecx, ecx; xor edx, edx; xor eax, eax; monitor; mwait; nop', open)
    expect(steps(cpu, 6).at(-1)).toBe('halted +15')
    raise(cpu)
    const woken = steps(cpu, 1)
    cpu.events.setInterruptLine(false)
    expect(woken).toEqual([place])
    if (place.startsWith('8')) expect(steps(cpu, 2)).toEqual(['+15', '+16'])
  })
})

describe('NMI', () => {
  // SDM volume 3, 6.7.1: while one is blocked, one more is kept, not two.
  test('is kept once', () => {
    const cpu = realMode('nop; nop; nop')
    cpu.events.nmi()
    cpu.events.nmi()
    expect(steps(cpu, 4)).toEqual(['880', '+0', '+1', '+2'])
  })

  test('blocking and what waits behind it are saved', () => {
    const cpu = realMode('nop; nop')
    cpu.events.nmi()
    expect(steps(cpu, 1)).toEqual(['880'])
    cpu.events.nmi()
    const saved = cpu.save()
    const expected = steps(cpu, 4)
    cpu.load(saved)
    expect([expected, steps(cpu, 4)]).toEqual([
      ['+0', '880', '+0', '+1'],
      ['+0', '880', '+0', '+1'],
    ])
  })

  // SDM volume 3, 6.15, #DF: NMI and INIT bring a processor out of the shutdown state.
  test('ends a shutdown', () => {
    const cpu = realMode('ud2')
    cpu.state.setU32(state.idtLimit, 0xb)
    expect(cpu.run(1).stop.kind).toBe('tripleFault')
    expect(cpu.run(1).stop.kind).toBe('halted')
    cpu.events.nmi()
    expect(steps(cpu, 1)).toEqual(['880'])
  })
  test('needs no IF, ends HLT, and is blocked until IRET', () => {
    const cpu = realMode('hlt; nop')
    expect(steps(cpu, 1)).toEqual(['+1'])
    cpu.events.nmi()
    expect(steps(cpu, 1)).toEqual(['880'])
    cpu.events.nmi()
    expect(steps(cpu, 2)).toEqual(['+1', '880'])
  })

  test('comes before INTR', () => {
    const cpu = realMode('nop', open)
    cpu.events.setInterruptLine(true)
    cpu.events.nmi()
    expect(steps(cpu, 1)).toEqual(['880'])
  })

  test('waits behind STI and MOV SS', () => {
    const cpu = realMode('mov ss, ax; nop')
    expect(steps(cpu, 1)).toEqual(['+2'])
    cpu.events.nmi()
    expect(steps(cpu, 2)).toEqual(['+3', '880'])
  })
})

describe('INIT and SIPI', () => {
  test('INIT goes to the reset vector and flushes nothing that it should keep', () => {
    const cpu = realMode('nop')
    cpu.state.setU64(state.lstar, 5n)
    cpu.events.init()
    cpu.run(1)
    const { rip } = cpu.state
    expect([cpu.state.segment(segment.cs).base, rip, cpu.state.u64(state.lstar)]).toEqual([
      0xffff_0000n,
      0xfff0n,
      5n,
    ])
  })

  // SDM volume 3, table 9-1; 6.7.1.
  test.each([
    ['a halted processor', (cpu: Cpu) => cpu.state.setU32(state.activity, activity.halted)],
    ['a processor in shutdown', (cpu: Cpu) => cpu.state.setU32(state.activity, activity.shutdown)],
    ['an NMI handler, and forgets an NMI', (cpu: Cpu) => cpu.events.nmi()],
  ])('INIT is taken by %s', (_, prepare) => {
    const cpu = realMode('nop')
    cpu.state.setU32(state.nmiBlocked, 1)
    prepare(cpu)
    cpu.events.init()
    cpu.run(1)
    const { state: now } = cpu
    expect([now.rip, now.u32(state.activity), now.u32(state.nmiBlocked), now.u32(state.pending)]).toEqual([
      0xfff0n,
      activity.running,
      0,
      0,
    ])
  })

  // Table 6-2: INIT is an external intervention, above traps, NMI and INTR.
  test('INIT comes before a trap, NMI and INTR', () => {
    const cpu = realMode('nop', open | flagBit.trap)
    cpu.run(1)
    cpu.events.nmi()
    cpu.events.setInterruptLine(true)
    cpu.events.init()
    cpu.run(1)
    expect([cpu.state.rip, cpu.state.u32(state.pendingDebug)]).toEqual([0xfff0n, 0])
  })

  test('SIPI starts a processor that waits for it, in real mode at its page', () => {
    const cpu = realMode('nop')
    cpu.state.setU32(state.activity, activity.waitForSipi)
    expect(cpu.run(1).stop.kind).toBe('halted')
    cpu.events.sipi(0x12)
    cpu.run(1)
    expect([cpu.state.selector(segment.cs), cpu.state.rip]).toEqual([0x1200, 0n])
  })

  test('SIPI is lost on a processor that runs', () => {
    const cpu = realMode('nop; nop')
    cpu.events.sipi(0x12)
    expect(steps(cpu, 2)).toEqual(['+1', '+2'])
  })
})
