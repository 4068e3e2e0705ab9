import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import type { SavedState } from '../../src/machine/saved-state.ts'
import { planOf } from '../engines/plans.ts'
import { kernel } from '../kernels/build.ts'
import { MediaGuest } from './media-guest.ts'

const second = 1_000_000_000

/** A copy of a test kernel that reads and writes its disk when a key says so. */
function diskFile(change: (bytes: Buffer) => void = () => {}): string {
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

function guest(path: string, { shape = 'pc', kind = 'disk', cd }: GuestOptions = {}): MediaGuest {
  const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
  const more = cd === undefined ? [] : [{ id: 'cd1', kind: 'cdrom', path: cd } as const]
  const media = [{ id: 'boot', kind, path } as const, ...more]
  const made = new MediaGuest(planOf(start, { machine: { shape }, media }))
  onTestFinished(() => made.close())
  return made
}

/** Presses a key and runs on for a second. */
function press(on: MediaGuest, key: string): void {
  on.machine.press([key])
  on.machine.runUntil(on.machine.ticks + second, Number.POSITIVE_INFINITY)
}

function started(path: string, options?: GuestOptions): MediaGuest {
  const made = guest(path, options)
  made.machine.runUntil(second, Number.POSITIVE_INFINITY)
  expect(made.printed).toContain('ready')
  return made
}

const kinds = ['disk', 'floppy'] as const

test.each(kinds)('what a guest wrote to its %s comes along, and is read in another machine', (kind) => {
  const path = diskFile()
  const first = started(path, { kind })
  press(first, 'w')
  first.drives.failReads('boot', [{ first: 2, count: 1 }])
  const saved = structuredClone(first.save())
  const next = guest(path, { kind })
  next.load(saved)
  expect(isDeepStrictEqual(next.save(), saved)).toBe(true)
  expect(next.drives.state('boot')?.written).toEqual([{ at: 512, length: 512 }])
  press(next, 'r')
  expect(next.printed).toContain('guest')
  expect(readFileSync(path)).toEqual(readFileSync(kernel('disk-user')))
})

test('a machine that did something else goes on as the one that was saved', () => {
  const path = diskFile()
  const first = started(path)
  const saved = structuredClone(first.save())
  const other = started(path)
  press(other, 'w')
  other.load(saved)
  for (const one of [first, other]) press(one, 'r')
  expect(isDeepStrictEqual(other.save(), first.save())).toBe(true)
  expect(other.drives.state('boot')?.written).toEqual([])
})

/** A state that does not fit leaves a machine as it is. */
function refusal(on: MediaGuest, saved: SavedState): string {
  const before = on.save()
  try {
    on.load(saved)
  } catch (error) {
    expect(isDeepStrictEqual(on.save(), before)).toBe(true)
    return String(error)
  }
  throw new Error('it was loaded')
}

test('a state with other files, of another machine or another version is refused', () => {
  const path = diskFile()
  const saved = started(path, { cd: null }).save()
  const changed = diskFile((bytes) => bytes.write('changed', 512))
  expect(refusal(started(changed, { cd: null }), saved)).toMatchInlineSnapshot(`
    "KernelTestError: KT3062: what is in the drive \`boot\` is not what was in it when the state was saved
      Start with the same files, put in the disk that was there, or boot anew and save again."
  `)
  expect(refusal(started(path, { cd: changed }), saved)).toContain(
    'KT3062: what is in the drive `cd1` is not',
  )
  expect(refusal(started(path), saved)).toMatchInlineSnapshot(`
    "KernelTestError: KT3061: the state is of another kind of machine: only one of them has \`medium.cd1\`
      Start the machine with the options with which it was started when its state was saved."
  `)
  expect(refusal(started(path, { cd: null, shape: 'q35' }), saved)).toContain('KT3061: ')
  const newer = { ...saved.sections, 'chip.pit': { version: 3, state: {} } }
  expect(refusal(started(path, { cd: null }), { ...saved, sections: newer })).toMatchInlineSnapshot(`
    "KernelTestError: KT3060: the state of \`chip.pit\` has version 3, and this kerneltest knows 2
      Load it with the version that saved it, or boot anew and save again."
  `)
})

/** Names and kinds of what is in it, of lists those of the first. */
function formOf(value: unknown): string {
  if (value instanceof Uint8Array) return 'bytes'
  if (Array.isArray(value)) return `[${value.length === 0 ? '' : formOf(value[0])}]`
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return `{ ${Object.entries(value)
    .map(([name, one]) => `${name}: ${formOf(one)}`)
    .join(', ')} }`
}

test('who changes the form of a section raises its version', () => {
  const { sections } = started(diskFile(), { cd: null }).save()
  const forms = Object.entries(sections).map(
    ([name, { version, state }]) => `${name} ${version}: ${formOf(state)}`,
  )
  expect(forms).toMatchSnapshot()
})
