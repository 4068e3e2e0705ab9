import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'

/**
 * Builds an ISO with GRUB for BIOS, its menu from `configuration` and the kernel beside it in `/boot`. Gone
 * after the test.
 */
export function grubIso(kernel: string, configuration: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-grub-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const root = join(folder, 'root')
  mkdirSync(join(root, 'boot', 'grub'), { recursive: true })
  copyFileSync(kernel, join(root, 'boot', basename(kernel)))
  writeFileSync(join(root, 'boot', 'grub', 'grub.cfg'), configuration)
  const iso = join(folder, 'kernel.iso')
  execFileSync('grub-mkrescue', ['-o', iso, root], { stdio: ['ignore', 'pipe', 'pipe'] })
  return iso
}
