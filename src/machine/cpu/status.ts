/** How a slow handler went. */
export const status = {
  /** Done: go on behind it. */
  next: 0,
  /** Done: go on at RIP. */
  jump: 1,
  /** Nothing was done: an exception, as the fault fields of the state say. */
  fault: 2,
  /** One iteration was done, the same instruction again. */
  again: 3,
  /** Done, RIP set; wait for an interrupt. */
  halt: 4,
  /** Nothing was done: the table does not know the instruction yet. */
  absent: 5,
  /** Done, RIP set; whoever runs the core has to look at the mode again. */
  mode: 6,
  /** A task switch was done, and the new task faults, as the fault fields say; RIP is that task's. */
  newTaskFault: 7,
  /** Done: go on at RIP, with RF set for the instruction there alone. */
  resume: 8,
} as const

/** Why the micro-op behind a slow handler must not just follow: `state.interruption`. */
export const interruption = {
  /** A store hit decoded code, or translations have changed: the next instruction is fetched again. */
  codeChanged: 1,
  /** A device ends the run. */
  stop: 2,
} as const

/** Why a run came back. */
export const runEnd = {
  budget: 0,
  /** No micro-op for RIP yet. */
  decode: 1,
  fault: 2,
  halt: 4,
  absent: 5,
  mode: 6,
  newTaskFault: 7,
  /** RIP is at an address where the run was to stop. */
  address: 8,
} as const

/** Answers of `refresh`: what has to run now. */
export const derived = { same: 0, otherCode: 1, otherInterpreter: 2 } as const
export type Derived = (typeof derived)[keyof typeof derived]
