import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeLoader } from '../../../../src/engines/qemu/loader/make-loader.ts'
import { cpio } from '../../../boot/cpio.ts'
import { guestFile } from '../../../boot/debian-guests.ts'
import { directStartOf, planOfFile } from '../../../boot-plans/plan-of.ts'
import { kernel } from '../../../kernels/build.ts'
import { qemuVersions, startQemu } from '../bare-qemu.ts'
import { runPlan } from './run-start.ts'

const cloudKernel = guestFile('linux-image-cloud-amd64', 'boot', 'vmlinuz-')

describe.each(qemuVersions)('on QEMU %s', (version) => {
  test("Debian's cloud kernel starts, reads its command line and runs init from the initrd", () => {
    const initrd = cpio({ init: readFileSync(kernel('linux-init')) })
    const plan = planOfFile(cloudKernel, {
      memoryMiB: 256,
      commandLine: 'console=ttyS0 panic=-1 kerneltest',
      modules: [{ name: 'initrd', bytes: initrd, commandLine: '' }],
    })
    const { serial, status, stderr } = runPlan(version, plan)
    expect(serial, stderr).toContain('Command line: console=ttyS0 panic=-1 kerneltest\n')
    expect(serial).toContain('init runs from the initrd\n')
    expect(status).toBe(0)
  })

  test.each(['x64', 'ia32'])('memtest86+ for %s reaches its text screen', async (architecture) => {
    const image = guestFile('memtest86+', 'boot', `memtest86+${architecture}.bin`)
    const plan = planOfFile(image)
    const folder = mkdtempSync(join(tmpdir(), 'kerneltest-memtest-'))
    const loader = join(folder, 'loader.elf')
    writeFileSync(loader, makeLoader(directStartOf(plan), plan.machine.memoryMiB))
    const qemu = await startQemu(version, ['-kernel', loader, '-m', `${plan.machine.memoryMiB}M`])
    const page = join(folder, 'page')
    try {
      await qemu.runUntil(async () => {
        await qemu.monitor.execute('pmemsave', { val: 0xb8000, size: 4000, filename: page })
        const characters = Buffer.from(readFileSync(page).filter((_, index) => index % 2 === 0))
        return characters.includes('Memory  :  127MB')
      })
    } finally {
      await qemu.close()
      rmSync(folder, { recursive: true })
    }
  })
})
