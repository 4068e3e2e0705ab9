import { expect, test } from 'vitest'
import { resetState } from '../../../src/machine/cpu/control/reset.ts'
import { segment, state } from '../../../src/machine/cpu/state-layout.ts'
import { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'

function used(): CpuState {
  const cpu = new CpuState(new DataView(new ArrayBuffer(state.end)))
  for (let at = 0; at < state.end; at += 4) cpu.setU32(at, 0xabcd_1234)
  cpu.setU64(state.zero, 0n)
  cpu.setU64(state.cr0, 0xe000_0011n)
  return cpu
}

function shown(cpu: CpuState) {
  const one = (number: number) => {
    const { selector, base, limit, rights } = cpu.segment(number)
    return [selector, base, limit, rights].map((value) => value.toString(16)).join(':')
  }
  return {
    general: Array.from({ length: 16 }, (_, index) => cpu.general(index).toString(16)).join(' '),
    rip: cpu.rip.toString(16),
    flags: cpu.flags.toString(16),
    cr: [cpu.cr0, cpu.u64(state.cr2), cpu.u64(state.cr3), cpu.cr4, cpu.efer]
      .map((value) => value.toString(16))
      .join(' '),
    segments: Object.values(segment).map(one).join(' '),
    tables: [cpu.gdt, cpu.idt]
      .map(({ base, limit }) => `${base.toString(16)}:${limit.toString(16)}`)
      .join(' '),
    debug: [0, 8, 16, 24, 32, 40].map((offset) => cpu.u64(state.dr0 + offset).toString(16)).join(' '),
    msrs: [state.pat, state.apicBase, state.miscEnable, state.xcr0, state.lstar, state.mtrrs]
      .map((at) => cpu.u64(at).toString(16))
      .join(' '),
  }
}

test('power-on, as the manual tables it', () => {
  const cpu = used()
  resetState(cpu, 'power', 100n)
  expect(shown(cpu)).toMatchInlineSnapshot(`
    {
      "cr": "60000010 0 0 0 0",
      "debug": "0 0 0 0 ffff0ff0 400",
      "flags": "2",
      "general": "0 0 60663 0 0 0 0 0 0 0 0 0 0 0 0 0",
      "msrs": "7040600070406 fee00900 41801 1 0 0",
      "rip": "fff0",
      "segments": "0:0:ffff:93 f000:ffff0000:ffff:93 0:0:ffff:93 0:0:ffff:93 0:0:ffff:93 0:0:ffff:93 0:0:ffff:82 0:0:ffff:8b",
      "tables": "0:ffff 0:ffff",
    }
  `)
  expect(BigInt.asIntN(64, cpu.u64(state.tscOffset))).toBe(-100n)
})

const floatBytes = (cpu: CpuState) =>
  Buffer.from(cpu.view.buffer.slice(state.xmm, state.x87Opcode + 4)).toString('hex')

test('x87, MXCSR and XMM registers: power-on empties them, INIT leaves them alone', () => {
  const cpu = used()
  const before = floatBytes(cpu)
  resetState(cpu, 'init')
  expect(floatBytes(cpu)).toBe(before)
  resetState(cpu, 'power')
  const words = '801f0000' + '40000000' + '00000000' + 'ff000000'
  expect(floatBytes(cpu)).toBe(`${'00'.repeat(256 + 128)}${words}${'00'.repeat(20)}`)
})

test('INIT keeps what the caches and MSRs are', () => {
  const cpu = used()
  resetState(cpu, 'init')
  expect(shown(cpu)).toMatchInlineSnapshot(`
    {
      "cr": "60000010 0 0 0 0",
      "debug": "0 0 0 0 ffff0ff0 400",
      "flags": "2",
      "general": "0 0 60663 0 0 0 0 0 0 0 0 0 0 0 0 0",
      "msrs": "abcd1234abcd1234 abcd1234abcd1234 abcd1234abcd1234 abcd1234abcd1234 abcd1234abcd1234 abcd1234abcd1234",
      "rip": "fff0",
      "segments": "0:0:ffff:93 f000:ffff0000:ffff:93 0:0:ffff:93 0:0:ffff:93 0:0:ffff:93 0:0:ffff:93 0:0:ffff:82 0:0:ffff:8b",
      "tables": "0:ffff 0:ffff",
    }
  `)
  expect(cpu.u64(state.tscOffset)).toBe(0xabcd_1234_abcd_1234n)
})
