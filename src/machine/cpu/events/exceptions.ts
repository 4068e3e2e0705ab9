import { vector } from '../vector.ts'

/** How exceptions go together when one is raised while another is delivered (SDM volume 3, table 6-4). */
type Contribution = 'benign' | 'contributory' | 'pageFault' | 'doubleFault'

interface ExceptionFacts {
  /** What RIP on the stack and RF in the flags image say: SDM volume 3, 6.5 and 17.3.1.1. */
  readonly kind: 'fault' | 'trap' | 'abort' | 'either'
  readonly contribution: Contribution
  readonly hasErrorCode: boolean
}

const fault = { kind: 'fault', contribution: 'benign', hasErrorCode: false } as const
const contributory = { ...fault, contribution: 'contributory' } as const
const withCode = { ...contributory, hasErrorCode: true } as const

/** SDM volume 3, tables 6-1 and 6-4. What is not listed is an interrupt. */
const facts: Readonly<Record<number, ExceptionFacts>> = {
  [vector.divideError]: contributory,
  [vector.debug]: { ...fault, kind: 'either' },
  [vector.breakpoint]: { ...fault, kind: 'trap' },
  [vector.overflow]: { ...fault, kind: 'trap' },
  [vector.boundRange]: fault,
  [vector.undefined]: fault,
  [vector.deviceNotAvailable]: fault,
  [vector.doubleFault]: { kind: 'abort', contribution: 'doubleFault', hasErrorCode: true },
  [vector.invalidTss]: withCode,
  [vector.notPresent]: withCode,
  [vector.stack]: withCode,
  [vector.generalProtection]: withCode,
  [vector.pageFault]: { kind: 'fault', contribution: 'pageFault', hasErrorCode: true },
  [vector.floatingPoint]: fault,
  [vector.alignment]: { ...fault, hasErrorCode: true },
  [vector.machineCheck]: { ...fault, kind: 'abort' },
  [vector.simd]: fault,
}

const interrupt: ExceptionFacts = { kind: 'trap', contribution: 'benign', hasErrorCode: false }

export function factsOf(number: number): ExceptionFacts {
  return facts[number] ?? interrupt
}

/** Bit 0 of an error code: the event came from outside the program (SDM volume 3, 6.13). */
export const externalBit = 1

/** Error code of a fault about an IDT entry, without EXT. */
export const idtErrorCode = (number: number) => number * 8 + 2

/** Whether its error code is a selector's, with an EXT bit. */
export const hasSelectorCode = (number: number) =>
  number >= vector.invalidTss && number <= vector.generalProtection
