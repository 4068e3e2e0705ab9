/**
 * An exception of the guest, thrown by TypeScript that does a system instruction or delivers an event.
 * Nothing
 * has been changed then. It is no `Error`: guests that fault for ever must not pay for stack traces.
 */
export class GuestFault {
  readonly vector: number
  /** Pushed for the vectors that have one, else ignored. */
  readonly code: number

  constructor(vector: number, code = 0) {
    this.vector = vector
    this.code = code
  }
}

/** Of the new task of a task switch: the state is that task's by now, RIP too. */
export class NewTaskFault extends GuestFault {}

/** Vectors of exceptions (SDM volume 3, table 6-1). */
export const vector = {
  divideError: 0,
  debug: 1,
  nmi: 2,
  breakpoint: 3,
  overflow: 4,
  boundRange: 5,
  undefined: 6,
  deviceNotAvailable: 7,
  doubleFault: 8,
  invalidTss: 10,
  notPresent: 11,
  stack: 12,
  generalProtection: 13,
  pageFault: 14,
  floatingPoint: 16,
  alignment: 17,
  machineCheck: 18,
  simd: 19,
} as const
