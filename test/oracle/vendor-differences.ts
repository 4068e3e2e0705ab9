import type { Case } from './cases.ts'
import { shiftCount } from './undefined-flags.ts'

/** Cases in which the recording CPU, an AMD, is known to do something else than we do for Intel, and why. */
const differences: readonly { readonly reason: string; readonly applies: (input: Case) => boolean }[] = [
  {
    reason: '0F 0D with a register: a hint without effect on Intel, where AMD has #UD for its PREFETCH',
    applies: ({ row, form }) => row.encoding === '0F 0D /r' && !form.isMemory,
  },
  {
    reason:
      'ENTER that faults half-way: hardware has pushed below the stack by then, we have written nothing',
    applies: ({ row, form, code }) =>
      row.mnemonic === 'ENTER' && form.bits === 16 && ((code.at(-1) ?? 0) & 31) > 1,
  },
  {
    reason:
      'SHLD and SHRD of 16 bits by more: the manual leaves the result undefined; AMD goes on with the source',
    applies: (input) =>
      ['SHLD', 'SHRD'].includes(input.row.mnemonic) && input.form.bytes === 2 && shiftCount(input) > 16,
  },
]

export function differsByVendor(input: Case): boolean {
  return differences.some(({ applies }) => applies(input))
}
