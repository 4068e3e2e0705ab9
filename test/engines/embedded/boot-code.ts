import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { BootPlan } from '../../../src/boot/plan.ts'
import { assemble } from '../../machine/control/assemble.ts'
import { planOf } from '../plans.ts'

/** A boot sector of these NASM lines, on a hard disk; DS is B800h. */
export function bootCodePlan(code: string): BootPlan {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-code-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'guest.img')
  const sector = Buffer.alloc(512)
  sector.set(assemble(16, `org 0x7c00; mov ax, 0xb800; mov ds, ax; ${code}`))
  sector.writeUInt16LE(0xaa55, 510)
  writeFileSync(path, sector)
  const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['disk'] } as const
  return planOf(start, { media: [{ id: 'disk', kind: 'disk', path }] })
}
