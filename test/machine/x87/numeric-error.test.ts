import { expect, test } from 'vitest'
import { activity, state } from '../../../src/machine/cpu/state-layout.ts'
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
