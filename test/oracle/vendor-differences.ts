import type { Case } from './cases.ts'
import { shiftCount } from './undefined-flags.ts'

/** Cases in which the recording CPU, an AMD, is known to do something else than Intel's, and why. */
const differences: readonly { readonly reason: string; readonly applies: (input: Case) => boolean }[] = [
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
