import type { FaultRecord } from '../observe/ending.ts'
import { hex } from '../support/hex.ts'

/** Mnemonics by vector (SDM vol. 3 table 6-1). */
const mnemonics: Readonly<Record<number, string>> = {
  0: '#DE',
  1: '#DB',
  2: 'NMI',
  3: '#BP',
  4: '#OF',
  5: '#BR',
  6: '#UD',
  7: '#NM',
  8: '#DF',
  10: '#TS',
  11: '#NP',
  12: '#SS',
  13: '#GP',
  14: '#PF',
  16: '#MF',
  17: '#AC',
  18: '#MC',
  19: '#XM',
  20: '#VE',
  21: '#CP',
}

/** The faults on the way to a triple fault, one a line, in order; '' where the engine does not know them. */
export function describeFaults(chain: readonly FaultRecord[]): string {
  if (chain.length === 0) return ''
  return ['Faults on the way:', ...chain.map((fault) => `  ${describeFault(fault)}`)].join('\n')
}

function describeFault({ vector, errorCode, rip, cr2, failedStep }: FaultRecord): string {
  const name = mnemonics[vector] ?? `vector ${vector}`
  const parts = [
    `${name} at ${hex(rip)}`,
    ...(errorCode === null ? [] : [`error code ${hex(errorCode)}`]),
    ...(cr2 === null ? [] : [`CR2 ${hex(cr2)}`]),
    ...(failedStep === null ? [] : [`could not be delivered: ${failedStep}`]),
  ]
  return parts.join(', ')
}
