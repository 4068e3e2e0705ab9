import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))
const isImage = (name: string) => /\.(elf|img)$/.test(name)

test.each(readdirSync(examples))('the images of %s are what its sources build', (example) => {
  const out = mkdtempSync(join(tmpdir(), 'kerneltest-example-'))
  execFileSync('sh', [join(examples, example, 'build.sh'), out])
  const built = readdirSync(out).sort()
  expect(built).toEqual(readdirSync(join(examples, example)).filter(isImage).sort())
  expect(built.length).toBeGreaterThan(0)
  for (const image of built) {
    const same = readFileSync(join(out, image)).equals(readFileSync(join(examples, example, image)))
    expect(same, `${example}/${image} equals its rebuild`).toBe(true)
  }
  rmSync(out, { recursive: true })
})
