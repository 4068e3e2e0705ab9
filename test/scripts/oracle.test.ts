import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/oracle.mjs', import.meta.url))

test('without its tools nothing is run, and nothing is green', () => {
  const env = { PATH: mkdtempSync(join(tmpdir(), 'kerneltest-no-tools-')) }
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', env })
  expect({ status, stderr }).toMatchInlineSnapshot(`
    {
      "status": 2,
      "stderr": "oracle: OR01: bochs is not installed, and nothing is true without it
      apt-get install bochs bochs-term
    oracle: OR02: nasm is not installed, and nothing is true without it
      apt-get install nasm
    oracle: OR03: gcc is not installed, and nothing is true without it
      apt-get install gcc
    oracle: OR04: mpfr.h is not installed, and nothing is true without it
      apt-get install libmpfr-dev
    ",
    }
  `)
})
