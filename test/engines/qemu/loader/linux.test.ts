import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeLoader } from '../../../../src/engines/qemu/loader/make-loader.ts'
import { guestFile } from '../../../boot/debian-guests.ts'
import { directStartOf, planOfFile } from '../../../boot-plans/plan-of.ts'
import { qemuVersions, startQemu } from '../bare-qemu.ts'

// The 64-bit entry has its tests in test/boot: Debian's cloud kernel and memtest86+ for x86-64.
describe.each(qemuVersions)('on QEMU %s', (version) => {
  test('a bzImage without a 64-bit entry, memtest86+ for ia32, finds the memory of the machine', async () => {
    const plan = planOfFile(guestFile('memtest86+', 'boot', 'memtest86+ia32.bin'))
    const start = directStartOf(plan)
    expect(start.cpu.mode).toBe('protected32')
    const folder = mkdtempSync(join(tmpdir(), 'kerneltest-memtest-'))
    const loader = join(folder, 'loader.elf')
    writeFileSync(loader, makeLoader(start, plan.machine.memoryMiB))
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
