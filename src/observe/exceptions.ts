/** One exception of the processor (SDM vol. 3 table 6-1). */
interface Exception {
  readonly mnemonic: string
  readonly name: string
}

const exceptions: Readonly<Record<number, Exception>> = {
  0: { mnemonic: '#DE', name: 'divide error' },
  1: { mnemonic: '#DB', name: 'debug' },
  2: { mnemonic: 'NMI', name: 'non-maskable interrupt' },
  3: { mnemonic: '#BP', name: 'breakpoint' },
  4: { mnemonic: '#OF', name: 'overflow' },
  5: { mnemonic: '#BR', name: 'bound range exceeded' },
  6: { mnemonic: '#UD', name: 'invalid opcode' },
  7: { mnemonic: '#NM', name: 'device not available' },
  8: { mnemonic: '#DF', name: 'double fault' },
  10: { mnemonic: '#TS', name: 'invalid TSS' },
  11: { mnemonic: '#NP', name: 'segment not present' },
  12: { mnemonic: '#SS', name: 'stack fault' },
  13: { mnemonic: '#GP', name: 'general protection' },
  14: { mnemonic: '#PF', name: 'page fault' },
  16: { mnemonic: '#MF', name: 'x87 error' },
  17: { mnemonic: '#AC', name: 'alignment check' },
  18: { mnemonic: '#MC', name: 'machine check' },
  19: { mnemonic: '#XM', name: 'SIMD error' },
  20: { mnemonic: '#VE', name: 'virtualization exception' },
  21: { mnemonic: '#CP', name: 'control protection' },
}

/** `#GP`; null for what is no exception. */
export function mnemonicOf(vector: number): string | null {
  return exceptions[vector]?.mnemonic ?? null
}

/** `#GP general protection`; `vector 128` for what is no exception. */
export function exceptionName(vector: number): string {
  const known = exceptions[vector]
  return known ? `${known.mnemonic} ${known.name}` : `vector ${vector}`
}

/** `INT 10h` */
export function softwareInterrupt(vector: number): string {
  return `INT ${vector.toString(16).toUpperCase().padStart(2, '0')}h`
}

const pageFault = 14
const doubleFault = 8
const alignmentCheck = 17

/** What an error code says: `write, page not present, supervisor`; '' where it says nothing. */
export function errorCodeText(vector: number, code: number): string {
  if (vector === pageFault) return pageFaultText(code)
  if (vector === doubleFault || vector === alignmentCheck) return ''
  return selectorText(code)
}

/** SDM vol. 3 §4.7. */
function pageFaultText(code: number): string {
  const has = (bit: number) => (code & (1 << bit)) !== 0
  const access = has(4) ? 'instruction fetch' : has(1) ? 'write' : 'read'
  const cause = has(3)
    ? 'reserved bit set in an entry'
    : has(5)
      ? 'refused by the protection key'
      : has(0)
        ? 'page does not allow it'
        : 'page not present'
  return [access, cause, has(2) ? 'user' : 'supervisor'].join(', ')
}

/** SDM vol. 3 §6.13. */
function selectorText(code: number): string {
  const index = (code >> 3) & 0x1fff
  const isGate = (code & 2) !== 0
  const selector = `selector 0x${(code & 0xfff8).toString(16)} in the ${(code & 4) === 0 ? 'GDT' : 'LDT'}`
  const what = isGate ? `gate ${index} of the IDT` : (code & 0xfffc) === 0 ? '' : selector
  const external = (code & 1) === 0 ? '' : 'while an event was delivered'
  return [what, external].filter((part) => part !== '').join(', ')
}
