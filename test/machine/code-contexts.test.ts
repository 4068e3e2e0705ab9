import { expect, test } from 'vitest'
import { CodeCache } from '../../src/machine/cpu/code-cache.ts'
import { compiledCore } from '../../src/machine/cpu/core-instance.ts'
import { HandlerTable } from '../../src/machine/cpu/interpreter/handler-numbers.ts'
import { ramBase, segment } from '../../src/machine/cpu/state-layout.ts'
import { modelFeatures } from '../../src/machine/cpu/table/features.ts'
import { execute } from './control/processor.ts'
import './generated-core.ts'

function emptyCache(): CodeCache {
  const port = { translate: () => null, frameOf: () => -1, readByte: () => 0xff }
  const handlers = new HandlerTable(compiledCore().core.numbers)
  return new CodeCache(new Uint8Array(ramBase), handlers, port, modelFeatures)
}

test('code of another mode has another number, also when everything decoded has been forgotten', () => {
  const cache = emptyCache()
  const before = cache.contextOf('seg16', 0x1000n, 0xffff)
  cache.flush()
  expect(cache.contextOf('seg32', 0x2000n, 0xffff)).not.toBe(before)
  expect(cache.contextOf('seg16', 0x1000n, 0xffff)).toBe(before)
})

/** 16-bit code segments that overlap: each begins 16 bytes behind the one before. */
const selectorOf = (hop: number) => 0x10 + 8 * hop
const baseOf = (hop: number) => 0x9_0000 + 16 * hop

/**
 * 32-bit code: more instructions than are kept decoded. Then 16-bit code from segment to segment, the last of
 * which executes what has been executed as 32-bit code.
 */
function wideThenNarrow(hops: number): string {
  const numbers = Array.from({ length: hops }, (_, hop) => hop)
  const jump = (hop: number, label: string) => `jmp ${selectorOf(hop)}:${label} - ${baseOf(hop)}`
  return `
    org 0x10000
    lgdt [table]
    jmp 0x08:wide
    table: dw 0xff
    dd gdt
    gdt: dq 0, 0x004f9b000000ffff
    ${[...numbers, hops].map((hop) => `dq 0x00009b090000ffff | ${16 * hop} << 16`).join('\n')}
    wide: times 0x98000 - 0x10000 - ($ - $$) nop
    again: mov eax, 0x90901111
    xor eax, eax
    ${hops === 0 ? jump(0, 'again') : jump(0, 'hop0')}
    bits 16
    ${numbers.map((hop) => `hop${hop}: ${jump(hop + 1, hop + 1 === hops ? 'again' : `hop${hop + 1}`)}`).join('\n')}
  `
}

test.each([0, 1, 2, 3])('code of two widths at one place stays apart, %i segments later', (hops) => {
  const nops = 0x8_8000 - 44 - 8 * hops
  const { end, general } = execute({ mode: 'prot32', code: wideThenNarrow(hops), units: nops + hops + 6 })
  expect([end, general('rax')]).toEqual(['ok', 0x1111n])
})

test('a smaller limit of CS holds in code that a larger one has let through', () => {
  const code = `
    org 0x10000
    lgdt [table]
    jmp 0x08:inside
    table: dw 0xff
    dd gdt
    gdt: dq 0, 0x004f9b000000ffff, 0x00419b0000000000 + last - 0x10000
    inside: nop
    last: nop
    jmp 0x10:inside
  `
  const { end, state } = execute({ mode: 'prot32', code, units: 9 })
  expect([end, state.selector(segment.cs), state.rip]).toEqual(['#GP(0)', 0x10, 0x1_002en])
})
