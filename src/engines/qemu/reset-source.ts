import type { ResetSource } from '../../observe/ending.ts'

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
  if (/^Triple fault/m.test(log)) return 'tripleFault'
  const command = lastValue(log, 'pckbd_kbd_write_command')
  const output = lastValue(log, 'pckbd_outport_write')
  if (command !== null && (command & pulseBits) === pulseReset && (command & resetLine) === 0)
    return 'keyboard'
  if (output !== null && (output & resetLine) === 0) return 'keyboard'
  const port92 = lastValue(log, 'port92_write')
  if (port92 !== null && (port92 & fastReset) !== 0) return 'port92'
  return 'cf9'
}

function lastValue(log: string, event: string): number | null {
  const lines = [...log.matchAll(new RegExp(`^${event} .*?0x([0-9a-f]+)`, 'gm'))]
  const digits = lines.at(-1)?.[1]
  return digits === undefined ? null : Number.parseInt(digits, 16)
}
