import type { Processor } from '../system/processor.ts'

/** Until F3's arrives: nothing goes on from here. */
export function switchTask(
  _cpu: Processor,
  selector: number,
  _reason: 'jump' | 'call' | 'iret' | 'gate',
  _next: bigint,
  _errorCode: number | null,
): void {
  throw new RangeError(`task ${selector}: task switches are not there yet`)
}
