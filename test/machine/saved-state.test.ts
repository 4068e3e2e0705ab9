import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { kernel } from '../kernels/build.ts'
import { diskFile, guest, press, refusal, started } from './disk-user.ts'

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

test('a state with other files, of another machine or another version is refused', () => {
  const path = diskFile()
  const saved = started(path, { cd: null }).save()
  const changed = diskFile((bytes) => bytes.write('changed', 512))
  expect(refusal(started(changed, { cd: null }), saved)).toMatchInlineSnapshot(`
    "KernelTestError: KT3062: what is in the drive \`boot\` is not what was in it when the state was saved
      Start with the same files, or boot anew and save again."
  `)
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
