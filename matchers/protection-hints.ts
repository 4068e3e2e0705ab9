import type { AddressSpace } from '../src/observe/address-space.ts'
import type { Permission } from './page-walk-text.ts'

/** What is switched off in the CPU so that entries cannot forbid what they say they forbid. */
export function protectionHints(space: AddressSpace, wrong: readonly Permission[]): string[] {
  if (space.mode === 'none') return []
  return [
    wrong.includes('writable') && !space.writeProtect
      ? 'CR0.WP is clear, so the kernel may write to read-only pages too. Set bit 16 of CR0.'
      : '',
    wrong.includes('executable') && !space.noExecute ? whyExecutable(space) : '',
  ].filter((hint) => hint !== '')
}

function whyExecutable({ mode }: AddressSpace): string {
  if (mode === '32-bit') {
    return '32-bit paging has no bit that forbids execution. Use PAE or 64-bit paging, and set EFER.NXE.'
  }
  return 'EFER.NXE is clear, so no entry can forbid execution. Set bit 11 of EFER (MSR 0xc0000080).'
}
