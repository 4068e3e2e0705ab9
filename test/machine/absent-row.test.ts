import { expect, test } from 'vitest'
import { PhysicalMemory } from '../../src/machine/bus/physical-memory.ts'
import { PortSpace } from '../../src/machine/bus/port-space.ts'
import { Cpu } from '../../src/machine/cpu/cpu.ts'
import { allFeatures } from '../../src/machine/cpu/table/features.ts'
import { executeOn } from './control/processor.ts'

test('a row that nothing runs, which no model claims, ends the run in front of it', () => {
  const cpu = new Cpu(new PhysicalMemory(2 ** 22), new PortSpace(), allFeatures)
  cpu.stopsAtExceptions = true
  expect(executeOn(cpu, { mode: 'prot32', code: 'inc eax; rdseed eax' })).toBe('absent')
  expect(cpu.state.general(0)).toBe(1n)
  expect(cpu.state.rip).toBe(0x1_0001n)
})
