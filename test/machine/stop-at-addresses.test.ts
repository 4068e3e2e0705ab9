import { expect, test } from 'vitest'
import { pageBytes } from '../../src/machine/cpu/state-layout.ts'
import { execute, type ModeName } from './control/processor.ts'

const codeAt = 0x1_0000n
const units = 300

/** Runs `code` in slices; answers each arrival at one of `offsets`, as `units done: offset`. */
function arrivals(mode: ModeName, code: string, offsets: readonly number[], slice: number): string[] {
  const { cpu } = execute({ mode, code, units: 0 })
  const stops = new Set(offsets.map((offset) => codeAt + BigInt(offset)))
  const found: string[] = []
  for (let left = units; left > 0; ) {
    const budget = Math.min(slice, left)
    const run = cpu.run(budget, stops)
    left -= budget - run.left
    if (run.stop.kind === 'address') found.push(`${units - left}: ${Number(run.stop.linear - codeAt)}`)
    else expect(run.stop.kind).toBe('budget')
  }
  return found
}

/** The same of code without repeated instructions: by looking where each instruction leads. */
function stepped(mode: ModeName, code: string, offsets: readonly number[]): string[] {
  const { cpu } = execute({ mode, code, units: 0 })
  const found: string[] = []
  for (let done = 1; done <= units; done++) {
    expect(cpu.run(1).stop.kind).toBe('budget')
    const offset = Number(cpu.linearRip - codeAt)
    if (offsets.includes(offset)) found.push(`${done}: ${offset}`)
  }
  return found
}

const slices = [1, 3, units]

const branches = `begin: mov cx, 5
again: inc eax
dec cx
jnz again
call odd
jmp begin
odd: test al, 1
jz done
nop
done: ret`

const all = Array.from({ length: 40 }, (_, offset) => offset)
const modes = ['real', 'v86', 'prot32', 'compat32u', 'long64', 'long64u'] as const

test.each(modes)('a run in %s ends in front of chosen instructions, alike in any slices', (mode) => {
  const choices = [all, all.filter((offset) => offset % 3 === 0), [0, 99]]
  const expected = choices.map((offsets) => stepped(mode, branches, offsets))
  expect(expected.map((found) => found.length > 10)).toEqual([true, true, true])
  for (const [index, offsets] of choices.entries()) {
    for (const slice of slices) expect(arrivals(mode, branches, offsets, slice)).toEqual(expected[index])
  }
})

test('a jump to itself arrives each time', () => {
  for (const slice of slices) {
    expect(arrivals('long64', 'nop\njmp $', [1], slice)).toEqual(
      Array.from({ length: units }, (_, index) => `${index + 1}: 1`),
    )
  }
})

test('a repeated instruction is arrived at once, not for each iteration', () => {
  const code = 'begin: mov edi, 20000h\nmov ecx, 90\nrep stosb\njmp begin'
  for (const slice of slices) {
    expect(arrivals('long64', code, [10], slice)).toEqual(['2: 10', '95: 10', '188: 10', '281: 10'])
    expect(arrivals('prot32', code, [10], slice)).toEqual(['2: 10', '95: 10', '188: 10', '281: 10'])
  }
})

test('so is an instruction that writes over its own page', () => {
  const code = 'begin: mov edi, 10030h\nmov ecx, 9\nrep stosb\njmp begin'
  const expected = Array.from({ length: 25 }, (_, pass) => `${pass * 12 + 2}: 10`)
  for (const slice of slices) expect(arrivals('long64', code, [10], slice)).toEqual(expected)
})

test('an instruction over two pages and the first of the next page', () => {
  const code = `begin: jmp over\ntimes ${pageBytes - 2} - ($ - $$) db 90h\nover: mov eax, 1\nnop\njmp begin`
  const offsets = [pageBytes - 2, pageBytes + 3]
  const expected = stepped('long64', code, offsets)
  expect(expected.slice(0, 3)).toEqual([`1: ${pageBytes - 2}`, `2: ${pageBytes + 3}`, `5: ${pageBytes - 2}`])
  for (const slice of slices) expect(arrivals('long64', code, offsets, slice)).toEqual(expected)
})

test('code of the same frame at another address goes on', () => {
  const { cpu, state } = execute({ mode: 'long64', code: 'begin: inc eax\njmp begin', units: 0 })
  const alias = 0x20_0000n
  const secondEntry = 0x3008
  cpu.poke(secondEntry, Uint8Array.of(0x87, 0, 0))
  cpu.settle()
  state.rip = codeAt + alias
  const stops = new Set([codeAt])
  expect(cpu.run(10, stops).stop.kind).toBe('budget')
  state.rip = codeAt + 2n
  expect(cpu.run(10, stops)).toEqual({ stop: { kind: 'address', linear: codeAt }, left: 9 })
  expect(state.general(0)).toBe(5n)
})

test('addresses can be chosen anew where code has been decoded', () => {
  const { cpu, state } = execute({ mode: 'long64', code: 'inc eax\nnop\njmp $ - 3', units: 0 })
  cpu.run(30)
  expect(cpu.run(30, new Set([codeAt + 2n]))).toEqual({
    stop: { kind: 'address', linear: codeAt + 2n },
    left: 29,
  })
  expect(cpu.run(30, new Set([codeAt + 3n])).left).toBe(29)
  expect(cpu.run(30).stop.kind).toBe('budget')
  expect(state.general(0)).toBe(21n)
})
