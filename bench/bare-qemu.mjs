// The yardstick: QEMU as a shell script starts it.
import { spawn } from 'node:child_process'

const success = 33

export const qemuArguments = (image) => [
  ...['-accel', 'tcg', '-display', 'none', '-no-reboot', '-m', '128M', '-serial', 'stdio'],
  ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4', '-kernel', image],
]

/** Boots `image` and settles when QEMU has ended; rejects unless the guest exited with 0x10. */
export function bareQemu(image) {
  const child = spawn('qemu-system-x86_64', qemuArguments(image), { stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => (code === success ? resolve() : reject(new Error(`QEMU: status ${code}`))))
  })
}
