import type { Case } from './cases.ts'
import { comparedFlags } from './vectors.ts'

const flagBits: Readonly<Record<string, number>> = { o: 0x800, s: 0x80, z: 0x40, a: 0x10, p: 4, c: 1 }

const shifts = new Set(['ROL', 'ROR', 'RCL', 'RCR', 'SHL', 'SHR', 'SAR', 'SHLD', 'SHRD'])

/** Flags that are compared: what the manual defines, of shifts and rotates for the count at hand. */
export function definedFlags(input: Case): number {
  const { row } = input
  let letters = row.facts.undefined ?? ''
  if (shifts.has(row.mnemonic)) {
    const count = shiftCount(input)
    if (count === 0) letters = ''
    else if (count === 1) letters = letters.replace('o', '')
    else if (count > 8 * operandBytes(input) && ['SHL', 'SHR'].includes(row.mnemonic)) letters += 'c'
  }
  return [...letters].reduce((bits, letter) => bits & ~(flagBits[letter] ?? 0), comparedFlags)
}

const operandBytes = ({ row, form }: Case) => (row.operands[0] === 'Eb' ? 1 : form.bytes)

/** The count of a shift, as it is masked. */
export function shiftCount(input: Case): number {
  const last = input.row.operands.at(-1)
  const given =
    last === '1' ? 1 : last === 'CL' ? Number((input.registers[1] ?? 0n) & 0xffn) : input.code.at(-1)
  return (given ?? 0) & (operandBytes(input) === 8 ? 63 : 31)
}
