import type { ResetSource } from '../../observe/ending.ts'
import type { Registers } from '../../observe/registers.ts'
import type { GuestMemory } from './memory.ts'

/**
 * 8042 command "pulse output lines" with the reset line low (IBM AT technical reference; QEMU
 * hw/input/pckbd.c).
 */
const pulseReset = 0xf0
const pulseBits = 0xf0
const resetLine = 1
/** Port 92h bit 0: fast reset. */
const fastReset = 1

/**
 * Why the guest was reset, from what QEMU logs with `-d cpu_reset` and the trace events of `arguments.ts`: a
 * triple fault has its own line, the keyboard controller and port 92h have theirs. CF9h is the only way that
 * is left on QEMU's PCs; ACPI's reset register is that same port.
 */
export function resetSource(log: string): ResetSource | 'tripleFault' {
  const command = lastValue(log, 'pckbd_kbd_write_command')
  const output = lastValue(log, 'pckbd_outport_write')
  if (command !== null && (command & pulseBits) === pulseReset && (command & resetLine) === 0)
    return 'keyboard'
  if (output !== null && (output & resetLine) === 0) return 'keyboard'
  const port92 = lastValue(log, 'port92_write')
  if (port92 !== null && (port92 & fastReset) !== 0) return 'port92'
  // Behind the others: QEMU 7.2 goes on for some instructions when a guest has reset the machine.
  if (/^Triple fault/m.test(log)) return 'tripleFault'
  return 'cf9'
}

const resetControl = 0xcf9n
/** Of the reset control register (Intel 290550, RC). */
const resetProcessor = 4n
/** OUT DX,AL and OUT DX,EAX. */
const outs: readonly (number | undefined)[] = [0xee, 0xef]

/**
 * Whether a processor that has come to a triple fault stands behind a reset by CF9h, which nothing logs:
 * SeaBIOS has an INT3 there without a handler, should the machine not be reset, and QEMU 7.2 comes to it.
 */
export async function isBehindReset(
  { rax, rdx, rip, cs }: Registers,
  memory: Pick<GuestMemory, 'readIfThere'>,
): Promise<boolean> {
  if ((rdx & 0xffffn) !== resetControl || (rax & resetProcessor) === 0n) return false
  const before = await memory.readIfThere(cs.base + rip - 1n, 1, 0)
  return outs.includes(before?.[0])
}

function lastValue(log: string, event: string): number | null {
  const lines = [...log.matchAll(new RegExp(`^${event} .*?0x([0-9a-f]+)`, 'gm'))]
  const digits = lines.at(-1)?.[1]
  return digits === undefined ? null : Number.parseInt(digits, 16)
}
