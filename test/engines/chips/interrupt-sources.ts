import { discard, out } from './chip-script.ts'

/** What raises and drops an interrupt request at the script's word, however long the host sleeps between. */
interface Source {
  /** To begin with: the request is low. */
  readonly start: readonly number[]
  readonly raise: readonly number[]
  readonly drop: readonly number[]
}

/**
 * A 16550's transmitter is empty: its interrupt is there when it is switched on (PC16550D, Interrupt Enable
 * Register).
 */
function serial(base: number): Source {
  return {
    start: [...out(base + 3, 3), ...out(base + 4, 8), ...out(base + 1, 0)],
    raise: out(base + 1, 2),
    drop: out(base + 1, 0),
  }
}

/** A byte that the 8042 is told to have got from one of its devices. */
function byController(command: number): Source {
  return {
    start: [...out(0x64, 0x60), ...out(0x60, 0x47), ...discard(0x60)],
    raise: [...out(0x64, command), ...out(0x60, 0x1c)],
    drop: discard(0x60),
  }
}

/** Requests 1, 3, 4 of the first interrupt controller, and 4 of the second. */
export const sources = {
  keyboard: byController(0xd2),
  com2: serial(0x2f8),
  com1: serial(0x3f8),
  mouse: byController(0xd3),
} as const
