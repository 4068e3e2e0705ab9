import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import type { SavedState } from '../../src/machine/saved-state.ts'
import { planOf } from '../engines/plans.ts'
import { kernel } from '../kernels/build.ts'
import { MediaGuest } from './media-guest.ts'

const second = 1_000_000_000

/** A copy of a test kernel that reads and writes its disk when a key says so. */
export function diskFile(change: (bytes: Buffer) => void = () => {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-state-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'disk.img')
  copyFileSync(kernel('disk-user'), path)
  const bytes = readFileSync(path)
  change(bytes)
  writeFileSync(path, bytes)
  return path
}

interface GuestOptions {
  readonly shape?: 'pc' | 'q35'
  readonly kind?: 'disk' | 'floppy'
  readonly cd?: string | null
}

export function guest(path: string, { shape = 'pc', kind = 'disk', cd }: GuestOptions = {}): MediaGuest {
  const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
  const more = cd === undefined ? [] : [{ id: 'cd1', kind: 'cdrom', path: cd } as const]
  const media = [{ id: 'boot', kind, path } as const, ...more]
  const made = new MediaGuest(planOf(start, { machine: { shape }, media }))
  onTestFinished(() => made.close())
  return made
}

/** Presses a key and runs on for a second. */
export function press(on: MediaGuest, key: string): void {
  on.machine.press([key])
  on.machine.runUntil(on.machine.ticks + second, Number.POSITIVE_INFINITY)
}

export function started(path: string, options?: GuestOptions): MediaGuest {
  const made = guest(path, options)
  made.machine.runUntil(second, Number.POSITIVE_INFINITY)
  expect(made.printed).toContain('ready')
  return made
}

/** A state that does not fit leaves a machine as it is. */
export function refusal(on: MediaGuest, saved: SavedState): string {
  const before = on.save()
  try {
    on.load(saved)
  } catch (error) {
    expect(isDeepStrictEqual(on.save(), before)).toBe(true)
    return String(error)
  }
  throw new Error('it was loaded')
}
