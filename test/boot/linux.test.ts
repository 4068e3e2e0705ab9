import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished, test } from 'vitest'
import { expect } from '../../src/index.ts'
import { testQemus } from '../engines/qemu/test-qemus.ts'
import { cpio } from './cpio.ts'
import { guestFile } from './debian-guests.ts'
import { guestOn } from './guest-on.ts'

const kernel = guestFile('linux-image-cloud-amd64', 'boot', 'vmlinuz-')
const busybox = guestFile('busybox-static', 'bin', 'busybox')

const init = `#!/busybox sh
/busybox mkdir /proc
/busybox mount -t proc proc /proc
echo "init on $(/busybox uname -m) with $(/busybox nproc) CPU: $(/busybox cat /proc/cmdline)"
/busybox poweroff -f
`

function initramfs(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-linux-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'initramfs')
  writeFileSync(path, cpio({ busybox: readFileSync(busybox), init: Buffer.from(init) }))
  return path
}

describe.each(testQemus)("Debian's cloud kernel on QEMU $version", { timeout: 90_000 }, (qemu) => {
  test('runs busybox from an initramfs, prints on ttyS0 and powers off', async () => {
    const commandLine = 'console=ttyS0 panic=-1 quiet kerneltest'
    const vm = await guestOn(qemu, kernel, {
      commandLine,
      modules: [initramfs()],
      memory: '256M',
      limit: '60s',
    })
    await expect(vm.serial).toPrint(`init on x86_64 with 1 CPU: ${commandLine}\n`)
    await expect(vm.serial).toPrint('reboot: Power down\n')
    await expect(vm).toExit('shutdown')
  })
})
