import { expect, test } from 'vitest'
import { resetState } from '../../../src/machine/cpu/control/reset.ts'
import { activity, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import { Machine } from '../../../src/machine/machine.ts'
import { assemble } from '../control/assemble.ts'
import { execute } from '../control/processor.ts'

const raise = 'fninit; mov word [0x20000], 0x37e; fldcw [0x20000]; fadd st0, st1'

test('with CR0.NE clear, what waits reports the exception and stands still, unless that is ignored', () => {
  const { cpu } = execute({ mode: 'prot32', code: `${raise}; fwait; fnclex; fadd st0, st1; fwait`, units: 4 })
  let reports = 0
  cpu.onNumericError = () => reports++
  const step = () => {
    cpu.state.setU32(state.activity, activity.running)
    const before = cpu.state.rip
    const { left } = cpu.run(1)
    expect(left).toBe(0)
    return cpu.state.rip === before && cpu.state.u32(state.activity) === activity.halted ? 'waits' : 'done'
  }
  expect([step(), step(), reports]).toEqual(['waits', 'waits', 2])
  cpu.ignoreNumericErrors()
  // Clearing exceptions ends that.
  expect([step(), step(), step(), step()]).toEqual(['done', 'done', 'done', 'waits'])
  expect(reports).toBe(3)
})

const handlerAt = 0x80
/** Of a kernel that knows the 287: writes to port F0h, ends the interrupt, and counts in CX. */
const realMode = `
  xor ax, ax; mov ds, ax; mov ss, ax; mov sp, 0x7000
  mov word [4 * 0x75], ${handlerAt}; mov word [4 * 0x75 + 2], 0x1000
  mov al, 0xfb; out 0x21, al; mov al, 0xdf; out 0xa1, al
  fninit; mov word [0x500], 0x37e; fldcw [0x500]; sti
  fadd st0, st1; fwait; fwait; mov bx, 1; cli; hlt
  times ${handlerAt} - ($ - $$) nop
  inc cx; out 0xf0, al; mov al, 0x20; out 0xa0, al; out 0x20, al; iret`

test('a kernel with CR0.NE clear gets interrupt 75h, once', () => {
  const machine = new Machine({ memoryMiB: 1, exit: null, serial: () => {} })
  const { cpu, state: registers } = machine
  cpu.poke(0x1_0000, assemble(16, realMode))
  resetState(registers, 'power')
  registers.setParagraph(segment.cs, 0x1000)
  registers.rip = 0n
  cpu.settle()
  expect(machine.run(1000)).toEqual({ kind: 'halted' })
  expect([registers.general(1), registers.general(3)]).toEqual([1n, 1n])
})
