import { expect, test } from 'vitest'
import type { Cpu } from '../../../src/machine/cpu/cpu.ts'
import { cr0Bit, cr4Bit } from '../../../src/machine/cpu/register-bits.ts'
import { state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { dataAt, executeOn, newProcessor, type Start, withFeatures } from './processor.ts'

/** Memory ends here. */
const end = 0x40_0000n
/** Where the second large page begins, and the entry of its directory. */
const half = 0x20_0000n
const halfEntry = 0x3008
const keyed = 1n << 59n

const osxsave = cr4Bit.osfxsr | cr4Bit.osxsave

/** Registers that are all different, for XSAVE to save. */
function fill(cpu: CpuState): void {
  cpu.setU64(state.cr4, BigInt(cpu.cr4 | osxsave))
  cpu.setU64(state.xcr0, 3n)
  for (let at: number = state.xmm; at < state.x87 + 128; at += 8) cpu.setU64(at, BigInt(at) * 0x1_0001n)
  for (let at = state.x87 + 8; at < state.x87 + 128; at += 16) cpu.setU64(at, BigInt(at))
}

function run(cpu: Cpu, code: string, rdi: bigint, more: Partial<Start> = {}): string {
  return executeOn(cpu, { mode: 'long64', code, general: { rdi, rax: 3n, rdx: 0n }, set: fill, ...more })
}

function quadwords(cpu: Cpu, at: bigint, ...values: readonly bigint[]): void {
  cpu.poke(Number(at), new Uint8Array(BigUint64Array.from(values).buffer))
}

const registersOf = ({ state: { view } }: Cpu) =>
  Buffer.from(view.buffer.slice(state.xmm, state.x87Opcode + 4)).toString('hex')

test.each([
  ['fxsave [rdi]', end - 0x100n, '#PF(2)'],
  ['xsave [rdi]', end - 0x200n, '#PF(0)'],
])('%s over the end of memory writes nothing', (code, rdi, ending) => {
  const cpu = newProcessor()
  expect(run(cpu, code, rdi)).toBe(ending)
  expect(cpu.state.u64(state.cr2)).toBe(end)
  expect(cpu.ram.subarray(Number(rdi)).every((byte) => byte === 0)).toBe(true)
})

test.each(['fxsave [rdi]', 'xsave [rdi]', 'xsaveopt [rdi]'])(
  '%s to a page that is read-only writes nothing before it',
  (code) => {
    const cpu = newProcessor()
    const set = (cpuState: CpuState) => {
      fill(cpuState)
      cpuState.setU64(state.cr0, BigInt(cpuState.cr0 | cr0Bit.wp))
      quadwords(cpu, BigInt(halfEntry), half | 0x81n)
    }
    expect(run(cpu, code, half - 0x100n, { set })).toBe('#PF(3)')
    expect(cpu.state.u64(state.cr2)).toBe(half)
    expect(cpu.ram.subarray(Number(half) - 0x100).every((byte) => byte === 0)).toBe(true)
  },
)

test.each(['fxrstor [rdi]', 'xrstor [rdi]'])('%s that faults leaves all registers as they were', (code) => {
  const [before, after] = [newProcessor(), newProcessor()]
  run(before, 'nop', 0n)
  expect(run(after, code, end - 0x100n)).toBe('#PF(0)')
  quadwords(after, dataAt, 0n, 0n, 0n, 0xffff_ffffn)
  quadwords(after, dataAt + 512n, 3n)
  expect(run(after, code, dataAt)).toBe('#GP(0)')
  expect(registersOf(after)).toBe(registersOf(before))
})

test.each([
  ['RAM', dataAt],
  ['two pages', half - 0x100n],
  ['a chip', 0xa_0000n],
])('what was saved to %s comes back', (_where, rdi) => {
  const cpu = newProcessor()
  const bytes = new Uint8Array(0x2_0000)
  const view = new DataView(bytes.buffer)
  cpu.memory.attach(0xa_0000, bytes.length, {
    read: (offset, size) => Number(view.getBigUint64(offset, true) & ((1n << BigInt(8 * size)) - 1n)),
    write: (offset, size, value) =>
      bytes.set(new Uint8Array(Uint32Array.of(value).buffer).subarray(0, size), offset),
  })
  run(cpu, 'nop', rdi)
  const saved = registersOf(cpu)
  expect(saved).not.toMatch(/^(00)+$/)
  const clear = 'xorps xmm0, xmm0; movups [rsi], xmm0'
  for (const [save, restore] of [
    ['fxsave64 [rdi]', 'fxrstor64 [rdi]'],
    ['xsave64 [rdi]', 'xrstor64 [rdi]'],
    ['xsaveopt [rdi]', 'xrstor [rdi]'],
  ]) {
    expect(
      run(cpu, `${save}; ${clear}; ${restore}`, rdi, {
        general: { rdi, rsi: dataAt + 0x1000n, rax: 3n, rdx: 0n },
      }),
    ).toBe('ok')
    expect(registersOf(cpu)).toBe(saved)
  }
})

test('PKRU stands at 2688, counts as in use unless it is 0, and acts at once', () => {
  const cpu = newProcessor()
  const set = (pkru: bigint) => (cpuState: CpuState) => {
    withFeatures('pku')(cpuState)
    fill(cpuState)
    cpuState.setU64(state.cr4, BigInt(cpuState.cr4 | cr4Bit.pke))
    cpuState.setU64(state.xcr0, 0x203n)
    cpuState.setU64(state.pkru, pkru)
    quadwords(cpu, BigInt(halfEntry), half | 0x87n | keyed)
  }
  const general = { rdi: dataAt, rsi: half, rax: 0x200n, rdx: 0n }
  const view = new DataView(cpu.ram.buffer, cpu.ram.byteOffset + Number(dataAt))
  const shown = () => [view.getBigUint64(512, true), view.getBigUint64(2688, true)]
  expect(run(cpu, 'xsave [rdi]', dataAt, { set: set(4n), general, mode: 'long64u' })).toBe('ok')
  expect(shown()).toEqual([0x200n, 4n])
  expect(run(cpu, 'xsaveopt [rdi]', dataAt, { set: set(0n), general })).toBe('ok')
  expect(shown()).toEqual([0n, 4n])
  const reads = (code: string, pkru: bigint) =>
    run(cpu, code, dataAt, { set: set(pkru), general, mode: 'long64u' })
  // Of key 1, bit 2 forbids every access. Nothing is there to restore: it becomes 0.
  expect(reads('mov bl, [rsi]; xrstor [rdi]; mov bl, [rsi]', 0n)).toBe('ok')
  expect(reads('xrstor [rdi]; mov bl, [rsi]', 4n)).toBe('ok')
  quadwords(cpu, dataAt + 512n, 0x200n)
  expect(reads('mov bl, [rsi]; xrstor [rdi]; mov bl, [rsi]', 0n)).toBe('#PF(37)')
})
