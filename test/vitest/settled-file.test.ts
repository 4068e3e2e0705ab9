import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { fileIsSettled } from '../../src/vitest/settled-file.ts'

test('waits for a file that is still being written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-settled-'))
  try {
    const path = join(folder, 'kernel.elf')
    writeFileSync(path, '')
    let written = 0
    const writing = (async () => {
      for (; written < 8; written++) {
        appendFileSync(path, 'a piece')
        await sleep(40)
      }
    })()
    await fileIsSettled(path)
    expect(written).toBe(8)
    await writing
    await fileIsSettled(join(folder, 'gone.elf'))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
