import { expect, test } from 'vitest'
import { state } from '../../src/machine/cpu/state-layout.ts'
import { codeAt, longMode } from './long-mode.ts'

const [rax, rcx, rdx] = [0, 1, 2]
const page = 4096n
/** Of the code, in the one table that maps it. */
const entryOfCode = 0x4000 + Number(codeAt >> 12n) * 8

/** Runs code with the entry of its page changed before, though the old one is known already. */
function run(code: readonly number[], entry: bigint, general: Readonly<Record<number, bigint>>) {
  const nops = new Uint8Array(16).fill(0x90)
  const machine = longMode(Uint8Array.from([0x90, ...code, ...nops]))
  machine.run(1)
  new DataView(machine.cpu.ram.buffer, machine.cpu.ram.byteOffset).setBigUint64(entryOfCode, entry, true)
  for (const [number, value] of Object.entries(general)) machine.state.setGeneral(Number(number), value)
  const { kind } = machine.run(10)
  return { kind, rip: machine.state.rip, cr2: machine.state.u64(state.cr2) }
}

/** The instruction behind is fetched through the new tables (SDM vol. 3 §4.10.4.1, §10.3). */
test.each([
  ['MOV to CR3', [0x0f, 0x22, 0xd8], { [rax]: 0x1000n }, 0n],
  ['MOV to CR4 that changes PGE', [0x0f, 0x22, 0xe0], { [rax]: 0xa0n }, 0n],
  ['INVLPG', [0x0f, 0x01, 0x38], { [rax]: codeAt + page - 1n }, 0n],
  [
    'WRMSR that clears EFER.NXE',
    [0x0f, 0x30],
    { [rax]: 0x500n, [rcx]: 0xc000_0080n, [rdx]: 0n },
    codeAt | (1n << 63n) | 3n,
  ],
])('behind %s', (_, code, general, entry) => {
  const after = codeAt + 1n + BigInt(code.length)
  expect(run(code, entry, general)).toEqual({ kind: 'exception', rip: after, cr2: after })
})

test('without any of them the known entry goes on to count', () => {
  expect(run([0x90], 0n, {}).kind).toBe('budget')
})

/** The 8042 and port 92 mask bit 20: behind the OUT at 1 MiB comes what is at 0. */
test('behind OUT that masks A20', () => {
  const maskA20 = [0xb0, 0xdd, 0xe6, 0x64, 0xb0, 0, 0xe6, 0x92]
  const machine = longMode(Uint8Array.from([...maskA20, 0x90, 0x90]))
  machine.cpu.poke(maskA20.length, Uint8Array.of(0x0f, 0x0b))
  expect(machine.run(10)).toMatchObject({ kind: 'exception', vector: 6 })
  expect(machine.state.rip).toBe(codeAt + BigInt(maskA20.length))
})
