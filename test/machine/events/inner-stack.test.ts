import { expect, test } from 'vitest'
import { ramBase, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import { executeOn, newProcessor } from '../control/processor.ts'

const high = 0xffff_8000_4000_0000n

test('an interrupt of 32-bit code in IA-32e mode finds its stack above 4 GiB', () => {
  const cpu = newProcessor()
  const write = (at: number, value: bigint) => cpu.state.view.setBigUint64(ramBase + at, value, true)
  const end = executeOn(cpu, {
    mode: 'compat32u',
    code: 'int 0x40',
    set: (now) => {
      write(0x1000 + 8 * 256, 0xb007n)
      write(0xb008, 0x3007n)
      write(0x5008, 0x00af_9b00_0000_ffffn)
      now.setU64(state.gdtBase, 0x5000n)
      now.setU32(state.gdtLimit, 15)
      write(0x6400, 0x0001_ee00_0008_2000n)
      write(0x6408, 0n)
      now.setU64(state.idtBase, 0x6000n)
      now.setU32(state.idtLimit, 0xfff)
      write(0x7004, high + 0x4_0000n)
      now.setSegment(segment.tr, { selector: 0x28, base: 0x7000n, limit: 103, rights: 0x8b })
    },
  })
  expect(end).toBe('ok')
  expect(cpu.state.general(4)).toBe(high + 0x3_ffd8n)
  expect(cpu.state.view.getBigUint64(ramBase + 0x3_ffd8, true)).toBe(0x1_0002n)
})
