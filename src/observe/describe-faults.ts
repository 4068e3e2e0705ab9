import { hex } from '../support/hex.ts'
import type { Ending, FaultRecord } from './ending.ts'
import { errorCodeText, exceptionName, softwareInterrupt } from './exceptions.ts'

/** The faults on the way to a triple fault, in order; '' where the engine does not know them, or none was. */
export function describeFaults(ending: Ending | null): string {
  if (ending?.kind !== 'tripleFault' || ending.chain.length === 0) return ''
  return ['The faults on the way to it:', ...ending.chain.flatMap(describeFault)].join('\n')
}

function describeFault(fault: FaultRecord): string[] {
  const { failedStep } = fault
  const details = [...codeOf(fault), ...addressOf(fault)].join('; ')
  return [
    `  ${nameOf(fault)} at ${placeText(fault.rip, fault.symbol)}`,
    ...(details === '' ? [] : [`    ${details}`]),
    ...(failedStep === null ? [] : [`    not delivered: ${failedStep}`]),
  ]
}

function nameOf({ vector, isSoftware }: FaultRecord): string {
  return isSoftware ? softwareInterrupt(vector) : exceptionName(vector)
}

function codeOf({ vector, errorCode }: FaultRecord): string[] {
  if (errorCode === null) return []
  const meaning = errorCodeText(vector, errorCode)
  return [`error code ${hex(errorCode)}${meaning === '' ? '' : ` (${meaning})`}`]
}

function addressOf({ cr2 }: FaultRecord): string[] {
  return cr2 === null ? [] : [`CR2 ${hex(cr2)}`]
}

/** `0x100020 (kernel_main+0x20)` */
export function placeText(address: bigint, symbol: string | undefined): string {
  return symbol === undefined ? hex(address) : `${hex(address)} (${symbol})`
}
