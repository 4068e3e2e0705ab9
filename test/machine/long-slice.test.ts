import { expect, test } from 'vitest'
import { codeAt, longMode } from './long-mode.ts'

/** A switch counts in addresses of 32 bits: more units than that allows are several of its runs. */
test('a run of more units than a switch is given at once ends at the asked one', () => {
  const units = (1 << 26) + 1001
  const loop = [0xff, 0xc1, 0xeb, 0xfc] // INC ECX; JMP to it.
  const machine = longMode(Uint8Array.from(loop))
  expect(machine.run(units)).toMatchObject({ kind: 'budget' })
  expect(machine.units).toBe(units)
  expect(machine.state.general(1)).toBe(BigInt((units + 1) / 2))
  expect(machine.state.rip).toBe(codeAt + 2n)
})
