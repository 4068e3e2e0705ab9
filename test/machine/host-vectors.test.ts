import { expect, test } from 'vitest'
import type { Machine } from '../../src/machine/machine.ts'
import { type Case, codeAt, dataWindow, stackWindow, takenAt } from '../oracle/cases.ts'
import { line, type Result, record, recorded } from '../oracle/vectors.ts'
import { longMode } from './long-mode.ts'

if (process.env['KERNELTEST_RECORD_VECTORS']) record()

const flagBits: Readonly<Record<string, number>> = { o: 0x800, s: 0x80, z: 0x40, a: 0x10, p: 4, c: 1 }

/** More than any repeated instruction of the cases takes. */
const maxUnits = 10

function runOurs(machine: Machine, { code, registers, rflags, data, stack }: Case): Result {
  const { cpu } = machine
  cpu.poke(codeAt, code)
  cpu.poke(dataWindow.at, data)
  cpu.poke(stackWindow.at, stack)
  cpu.registers = { ...cpu.registers, general: registers, rflags, rip: BigInt(codeAt) }
  let endedAt = -1
  for (let unit = 0; unit < maxUnits && endedAt < 0; unit++) {
    const stop = machine.run(1)
    const { rip } = cpu.registers
    if (stop.kind === 'exception') endedAt = 0x100 + stop.vector
    else if (stop.kind !== 'budget') endedAt = 0x1000
    else if (rip === BigInt(codeAt + code.length)) endedAt = 0
    else if (rip === BigInt(takenAt)) endedAt = 1
  }
  const { general, rflags: after } = cpu.registers
  const window = ({ at, bytes }: { at: number; bytes: number }) => cpu.ram.subarray(at, at + bytes)
  return { registers: general, rflags: after, endedAt, data: window(dataWindow), stack: window(stackWindow) }
}

/** Undefined flags are not compared, nor any flag of a fault that only the host's kernel has seen. */
function comparable(text: string, input: Case): string {
  const letters = input.row.facts.undefined ?? ''
  const mask = [...letters].reduce((bits, letter) => bits & ~(flagBits[letter] ?? 0), 0xcd5)
  const [code, ended = '', flags = '', ...rest] = text.split(' ')
  return [code, ended, (Number.parseInt(flags, 16) & mask).toString(16), ...rest].join(' ')
}

test('every user-level row does what the recorded CPU did', { timeout: 120_000 }, () => {
  const machine = longMode(new Uint8Array())
  const wrong: string[] = []
  const rows = new Map<number, number>()
  for (const { input, expected } of recorded()) {
    const ours = line(input, runOurs(machine, input))
    rows.set(input.row.id, (rows.get(input.row.id) ?? 0) + 1)
    if (comparable(ours, input) !== comparable(expected, input)) {
      wrong.push(`${input.row.mnemonic} ${input.row.operands}\n  host ${expected}\n  ours ${ours}`)
    }
  }
  expect(`${wrong.length} wrong\n${wrong.slice(0, 30).join('\n')}`).toBe('0 wrong\n')
  expect(Math.min(...rows.values())).toBeGreaterThanOrEqual(16)
  expect(rows.size).toBeGreaterThan(150)
})
