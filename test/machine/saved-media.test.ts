import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import type { SavedState } from '../../src/machine/saved-state.ts'
import { diskFile, guest, press, refusal, started } from './disk-user.ts'
import type { MediaGuest } from './media-guest.ts'

const floppy = { kind: 'floppy' } as const

/** A disk whose second sector begins with `text`. */
const disk = (text: string) => diskFile((bytes) => bytes.write(text.padEnd(8, '\0'), 512))

/** What a guest says of its second sector. */
function readOn(on: MediaGuest): string {
  const before = on.printed.length
  press(on, 'r')
  return on.printed.slice(before).trim()
}

function changed(on: MediaGuest, path: string | null): MediaGuest {
  on.change('boot', path)
  return on
}

/** In a machine that has never run, with this in its drive. */
function loaded(saved: SavedState, path: string): MediaGuest {
  const next = guest(path, floppy)
  next.load(structuredClone(saved))
  expect(isDeepStrictEqual(next.save(), saved)).toBe(true)
  return next
}

test('a floppy that was put in is there again, and so is the one that was taken out, as they were written', () => {
  const [one, other] = [disk('one'), disk('other')]
  const first = started(one, floppy)
  press(first, 'w')
  expect(readOn(changed(first, other))).toBe('other')
  const read = first.save()
  press(first, 'w')
  const written = first.save()

  expect(readOn(loaded(read, one))).toBe('other')
  const next = loaded(written, one)
  expect(readOn(next)).toBe('guest')
  expect(readOn(changed(next, one))).toBe('guest')
})

test('a machine that is loaded goes on as the one that was saved, change by change', () => {
  const [one, other] = [disk('one'), disk('other')]
  const first = started(one, floppy)
  press(first, 'w')
  changed(first, other)
  const next = loaded(first.save(), one)
  for (const on of [first, next]) {
    press(on, 'w')
    changed(on, null)
    readOn(on)
    changed(on, one)
    readOn(on)
  }
  expect(isDeepStrictEqual(next.save(), first.save())).toBe(true)
})

test('a drive that was empty is, and what was taken out of it can be put in again', () => {
  const path = disk('file')
  const first = started(path, floppy)
  press(first, 'w')
  first.drives.failReads('boot', [{ first: 9, count: 1 }])
  const next = loaded(changed(first, null).save(), path)
  expect(next.drives.state('boot')).toBeNull()
  expect(readOn(next)).toMatch(/ failed$/)
  expect(readOn(changed(next, path))).toBe('guest')
  expect(next.save().sections['medium.boot']?.state).toMatchObject({
    inside: { bad: [{ first: 9, count: 1 }] },
    aside: [],
  })
})

test.each([
  ['put into an empty drive', null, diskFile],
  ['taken out', diskFile, null],
  ['changed', diskFile, () => disk('other')],
] as const)('a CD that was %s', (_what, before, after) => {
  const path = diskFile()
  const [cd, there] = [before?.() ?? null, after?.() ?? null]
  const first = started(path, { cd })
  first.change('cd1', there)
  const saved = structuredClone(first.save())
  const next = guest(path, { cd })
  next.load(saved)
  expect(isDeepStrictEqual(next.save(), saved)).toBe(true)
  expect(next.drives.state('cd1')).toEqual(first.drives.state('cd1'))
  expect(next.drives.read('cd1', 0, 2048)).toEqual(first.drives.read('cd1', 0, 2048))
  expect(next.drives.files('cd1').inside).toBe(there)
})

test('of what was in a drive later nothing is left', () => {
  const [one, other] = [disk('one'), disk('other')]
  const first = started(one, floppy)
  const saved = structuredClone(first.save())
  press(changed(first, other), 'w')
  first.load(saved)
  expect(isDeepStrictEqual(first.save(), saved)).toBe(true)
  expect(readOn(first)).toBe('one')
  expect(readOn(changed(first, other))).toBe('other')
})

test('what was in a drive, and was not written to, leaves no trace', () => {
  const [one, other] = [disk('one'), disk('other')]
  const first = started(one, floppy)
  const before = first.save().sections['medium.boot']
  readOn(changed(first, other))
  expect(first.save().sections['medium.boot']).not.toEqual(before)
  changed(first, one)
  expect(first.save().sections['medium.boot']).toEqual(before)
})

test('equal files are two disks all the same', () => {
  const [one, other] = [disk('file'), disk('file')]
  const first = started(one, floppy)
  press(first, 'w')
  changed(first, other)
  const next = loaded(first.save(), other)
  expect(readOn(next)).toBe('file')
  expect(readOn(changed(next, one))).toBe('guest')
  expect(readOn(changed(next, other))).toBe('file')
})

test('which disk was in first makes no difference', () => {
  const [one, other] = [disk('one'), disk('other')]
  const asideAfter = (first: string, second: string) => {
    const on = started(first, floppy)
    press(on, 'w')
    press(changed(on, second), 'w')
    return changed(on, null).save().sections['medium.boot']
  }
  const aside = asideAfter(one, other)
  expect(aside).toMatchObject({ state: { inside: null, aside: [{}, {}] } })
  expect(asideAfter(other, one)).toEqual(aside)
})

test('a file that is gone, or is another one by now, is told, and nothing is changed', () => {
  const [one, other] = [disk('one'), disk('other')]
  const saved = started(one, floppy)
  press(saved, 'w')
  const inside = changed(saved, other).save()
  const told = (state: SavedState) => {
    const on = started(one, floppy)
    press(on, 'w')
    return refusal(on, state).replaceAll(one, 'ONE').replaceAll(other, 'OTHER')
  }
  writeFileSync(other, 'something else')
  expect(told(inside)).toMatchInlineSnapshot(`
    "KernelTestError: KT3062: OTHER has changed since it was in the drive \`boot\` of the machine that was saved
      Put the file back as it was, or boot anew and save again."
  `)
  rmSync(other)
  expect(told(inside)).toMatchInlineSnapshot(`
    "KernelTestError: KT3063: OTHER, which was in the drive \`boot\` of the machine that was saved, is gone
      Put it back, or give it to \`boot\` of this machine at its new place before the state is loaded."
  `)
})

test('what was taken out with something written to it is needed as well', () => {
  const [one, other] = [disk('one'), disk('other')]
  const first = started(one, floppy)
  press(changed(first, other), 'w')
  const saved = changed(first, one).save()
  rmSync(other)
  expect(refusal(guest(one, floppy), saved)).toContain(`KT3063: ${other}, which was in the drive \`boot\``)
})

test.each([
  ['differ', 'one', 'other'],
  ['are equal', 'file', 'file'],
])(
  'files that were moved, and %s, are found where the drive of the new machine has had them',
  (_how, ...texts) => {
    const [one, other] = [disk(texts[0]), disk(texts[1])]
    const first = started(one, floppy)
    press(first, 'w')
    press(changed(first, other), 'w')
    const saved = structuredClone(first.save())
    for (const path of [one, other]) renameSync(path, `${path}.moved`)
    const next = changed(guest(`${one}.moved`, floppy), `${other}.moved`)
    next.load(saved)
    expect(next.save().sections).toEqual(saved.sections)
    const { boot: found } = next.save().files
    expect([found?.inside, ...(found?.aside ?? [])].toSorted()).toEqual(
      [one, other].map((path) => `${path}.moved`).toSorted(),
    )
    expect(readOn(next)).toBe('guest')
  },
)
