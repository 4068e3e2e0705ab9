import { expect, test } from 'vitest'
import type { Cpu } from '../../../src/machine/cpu/cpu.ts'
import { state } from '../../../src/machine/cpu/state-layout.ts'
import { describeFaults } from '../../../src/observe/describe-faults.ts'
import { powerOn } from '../../../src/observe/instant.ts'
import { execute, type ModeName } from '../control/processor.ts'

/** Runs until the processor shuts down, and says why. */
function end(mode: ModeName, code: string, set: (cpu: Cpu) => void): string {
  const { cpu } = execute({ mode, code, units: 0 })
  cpu.stopsAtExceptions = false
  set(cpu)
  cpu.settle()
  const { stop } = cpu.run(10)
  if (stop.kind !== 'tripleFault') return stop.kind
  return describeFaults({ ...stop, at: powerOn, rip: cpu.state.rip })
}

const idtAt = 0x8000
const withTable = (limit: number) => (cpu: Cpu) => {
  cpu.state.setU64(state.idtBase, BigInt(idtAt))
  cpu.state.setU32(state.idtLimit, limit)
}

test('no IDT at all', () => {
  expect(end('long64', 'ud2', withTable(0))).toMatchInlineSnapshot(`
    "The faults on the way to it:
      #UD invalid opcode at 0x10000
        not delivered: its gate lies beyond the limit of the IDT, at 0x8060
      #GP general protection at 0x10000
        error code 0x33 (gate 6 of the IDT, while an event was delivered)
        not delivered: its gate lies beyond the limit of the IDT, at 0x80d0
      #GP general protection at 0x10000
        error code 0x6b (gate 13 of the IDT, while an event was delivered)
      #DF double fault at 0x10000
        error code 0x0
        not delivered: its gate lies beyond the limit of the IDT, at 0x8080
      #GP general protection at 0x10000
        error code 0x43 (gate 8 of the IDT, while an event was delivered)"
  `)
})

test('a table of zeros', () => {
  expect(end('long64', 'nop; mov rax, [0x40000000]', withTable(0xfff))).toMatchInlineSnapshot(`
    "The faults on the way to it:
      #PF page fault at 0x10001
        error code 0x0 (read, page not present, supervisor); CR2 0x40000000
        not delivered: no interrupt, trap or task gate at 0x80e0
      #GP general protection at 0x10001
        error code 0x73 (gate 14 of the IDT, while an event was delivered)
      #DF double fault at 0x10001
        error code 0x0
        not delivered: no interrupt, trap or task gate at 0x8080
      #GP general protection at 0x10001
        error code 0x43 (gate 8 of the IDT, while an event was delivered)"
  `)
})

test('a software interrupt whose gate is missing', () => {
  expect(end('prot32', 'int 0x80', withTable(0x7ff))).toMatchInlineSnapshot(`
    "The faults on the way to it:
      vector 128 at 0x10000
        not delivered: no interrupt, trap or task gate at 0x8400
      #GP general protection at 0x10000
        error code 0x402 (gate 128 of the IDT)
        not delivered: no interrupt, trap or task gate at 0x8068
      #GP general protection at 0x10000
        error code 0x6b (gate 13 of the IDT, while an event was delivered)
      #DF double fault at 0x10000
        error code 0x0
        not delivered: no interrupt, trap or task gate at 0x8040
      #GP general protection at 0x10000
        error code 0x43 (gate 8 of the IDT, while an event was delivered)"
  `)
})

test('an IDT that is not mapped', () => {
  const set = (cpu: Cpu) => {
    cpu.state.setU64(state.idtBase, 0xffff_8000_0000_0000n)
    cpu.state.setU32(state.idtLimit, 0xfff)
  }
  expect(end('long64', 'ud2', set)).toMatchInlineSnapshot(`
    "The faults on the way to it:
      #UD invalid opcode at 0x10000
        not delivered: its gate cannot be read at 0xffff800000000060
      #PF page fault at 0x10000
        error code 0x0 (read, page not present, supervisor); CR2 0xffff800000000060
        not delivered: its gate cannot be read at 0xffff8000000000e0
      #PF page fault at 0x10000
        error code 0x0 (read, page not present, supervisor); CR2 0xffff8000000000e0
      #DF double fault at 0x10000
        error code 0x0
        not delivered: its gate cannot be read at 0xffff800000000080
      #PF page fault at 0x10000
        error code 0x0 (read, page not present, supervisor); CR2 0xffff800000000080"
  `)
})

test('real mode with a stack that ends inside a push', () => {
  const code = 'mov sp, 1; ud2'
  expect(end('real', code, () => {})).toMatchInlineSnapshot(`
    "The faults on the way to it:
      #UD invalid opcode at 0x3
        not delivered: pushing the return address at 0x1
      #SS stack fault at 0x3
        not delivered: pushing the return address at 0x1
      #SS stack fault at 0x3
      #DF double fault at 0x3
        not delivered: pushing the return address at 0x1
      #SS stack fault at 0x3"
  `)
})
