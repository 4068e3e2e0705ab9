import { expect, test } from 'vitest'
import type { Cpu } from '../../../src/machine/cpu/cpu.ts'
import { state } from '../../../src/machine/cpu/state-layout.ts'
import { describeFaults } from '../../../src/report/describe-faults.ts'
import { execute, type ModeName } from '../control/processor.ts'

/** Runs until the processor shuts down, and says why. */
function end(mode: ModeName, code: string, set: (cpu: Cpu) => void): string {
  const { cpu } = execute({ mode, code, units: 0 })
  cpu.stopsAtExceptions = false
  set(cpu)
  cpu.settle()
  const { stop } = cpu.run(10)
  return stop.kind === 'tripleFault' ? describeFaults(stop.chain) : stop.kind
}

const idtAt = 0x8000
const withTable = (limit: number) => (cpu: Cpu) => {
  cpu.state.setU64(state.idtBase, BigInt(idtAt))
  cpu.state.setU32(state.idtLimit, limit)
}

test('no IDT at all', () => {
  expect(end('long64', 'ud2', withTable(0))).toMatchInlineSnapshot(`
    "Faults on the way:
      #UD at 0x10000, could not be delivered: its gate lies beyond the limit of the IDT, at 0x8060
      #GP at 0x10000, error code 0x33, could not be delivered: its gate lies beyond the limit of the IDT, at 0x80d0
      #GP at 0x10000, error code 0x6b
      #DF at 0x10000, error code 0x0, could not be delivered: its gate lies beyond the limit of the IDT, at 0x8080
      #GP at 0x10000, error code 0x43"
  `)
})

test('a table of zeros', () => {
  expect(end('long64', 'nop; mov rax, [0x40000000]', withTable(0xfff))).toMatchInlineSnapshot(`
    "Faults on the way:
      #PF at 0x10001, error code 0x0, CR2 0x40000000, could not be delivered: no interrupt, trap or task gate at 0x80e0
      #GP at 0x10001, error code 0x73
      #DF at 0x10001, error code 0x0, could not be delivered: no interrupt, trap or task gate at 0x8080
      #GP at 0x10001, error code 0x43"
  `)
})

test('a software interrupt whose gate is missing', () => {
  expect(end('prot32', 'int 0x80', withTable(0x7ff))).toMatchInlineSnapshot(`
    "Faults on the way:
      vector 128 at 0x10000, could not be delivered: no interrupt, trap or task gate at 0x8400
      #GP at 0x10000, error code 0x402, could not be delivered: no interrupt, trap or task gate at 0x8068
      #GP at 0x10000, error code 0x6b
      #DF at 0x10000, error code 0x0, could not be delivered: no interrupt, trap or task gate at 0x8040
      #GP at 0x10000, error code 0x43"
  `)
})

test('an IDT that is not mapped', () => {
  const set = (cpu: Cpu) => {
    cpu.state.setU64(state.idtBase, 0xffff_8000_0000_0000n)
    cpu.state.setU32(state.idtLimit, 0xfff)
  }
  expect(end('long64', 'ud2', set)).toMatchInlineSnapshot(`
    "Faults on the way:
      #UD at 0x10000, could not be delivered: its gate cannot be read at 0xffff800000000060
      #PF at 0x10000, error code 0x0, CR2 0xffff800000000060, could not be delivered: its gate cannot be read at 0xffff8000000000e0
      #PF at 0x10000, error code 0x0, CR2 0xffff8000000000e0
      #DF at 0x10000, error code 0x0, could not be delivered: its gate cannot be read at 0xffff800000000080
      #PF at 0x10000, error code 0x0, CR2 0xffff800000000080"
  `)
})

test('real mode with a stack that ends inside a push', () => {
  const code = 'mov sp, 1; ud2'
  expect(end('real', code, () => {})).toMatchInlineSnapshot(`
    "Faults on the way:
      #UD at 0x3, could not be delivered: pushing the return address at 0x1
      #SS at 0x3, could not be delivered: pushing the return address at 0x1
      #SS at 0x3
      #DF at 0x3, could not be delivered: pushing the return address at 0x1
      #SS at 0x3"
  `)
})
