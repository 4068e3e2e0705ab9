import { expect, test } from 'vitest'
import { state } from '../../../src/machine/cpu/state-layout.ts'
import { gate, segment, segmentType, systemType } from '../../oracle/bochs/descriptors.ts'
import { acFlag, cr0, PagedMachine } from '../paged-machine.ts'

const [gdtAt, idtAt] = [0x6000, 0x7000]
const userCode = 0x0b

/** A processor would go round in its microcode for ever, deaf to everything (CVE-2015-5307). */
test('a frame that #AC cannot push without #AC ends the run, as a triple fault', () => {
  const machine = new PagedMachine('off', { cpl: 3, cr0: cr0.am, flags: acFlag })
  const { cpu } = machine
  machine.setGdt(BigInt(gdtAt), 0xff)
  machine.set(gdtAt + 8, segment({ type: segmentType.code, dpl: 3 }))
  cpu.state.setU64(state.idtBase, BigInt(idtAt))
  cpu.state.setU32(state.idtLimit, 0xff)
  const offset = 0x1_1000
  machine.set(idtAt + 8 * 17, gate({ selector: userCode, offset, type: systemType.trapGate32 }))
  cpu.stopsAtExceptions = false
  machine.sp = 0x1_8002n
  expect(machine.does('read4', 0x1_4001n)).toBe('tripleFault')
  expect(cpu.events.chain.map(({ vector }) => vector)).toEqual([17, 17])
})
