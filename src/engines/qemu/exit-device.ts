import type { BootPlan } from '../../boot/plan.ts'
import type { Qemu } from './find-qemu.ts'

/**
 * How a write to the exit port is noticed.
 * `real`: QEMU's isa-debug-exit. Its value shows only as the status of QEMU's process.
 * `standIn`: a serial port at the exit port's address; the value is the first byte that it sends. Before QEMU 9.1
 * isa-debug-exit ends the process in the middle of the write, and the screen and the registers with it.
 */
export type ExitDevice = 'real' | 'standIn' | null

/** Linux finds the stand-in through ACPI and prints to it as a serial port, so it gets the real device. */
export function exitDeviceFor(plan: BootPlan, qemu: Qemu): ExitDevice {
  if (plan.ports.exit === null) return null
  return qemu.exitsOrderly || plan.provenance.protocol === 'linux' ? 'real' : 'standIn'
}
