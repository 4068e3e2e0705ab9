/**
 * An exception of the guest, thrown by TypeScript that does a system instruction or delivers an event.
 * Nothing has been changed then. It is no `Error`: guests that fault for ever must not pay for stack traces.
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
