import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noteTotals } from '../oracle/totals.ts'
import { realMedia } from './real-media.ts'
import type { ReplayTask } from './replay-worker.ts'
import { movedAlong, recorded } from './save-points.ts'
import { waitingMedium } from './waiting-medium.ts'

/** Another Node for half of the runs, where there is one. */
const otherNode = process.env['KERNELTEST_OTHER_NODE'] ?? process.execPath
const runs = 3
const savePoints = 24

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-replay-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(async () => {
  const source = fileURLToPath(new URL('replay-worker.ts', import.meta.url))
  await build({
    configFile: false,
    logLevel: 'error',
    build: { ssr: true, outDir: folder, minify: false, rollupOptions: { input: { worker: source } } },
  })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
})

function hashOn(node: string, task: ReplayTask): string {
  return execFileSync(node, [join(folder, 'worker.js')], { encoding: 'utf8', input: JSON.stringify(task) })
}

test.each([...realMedia, waitingMedium])(
  '$name: one hash on every Node, and wherever it was saved',
  async (medium) => {
    const { recording, hash } = await recorded(medium)
    const { name, kind, shape = 'pc' } = medium
    const task = { name, kind, shape, path: medium.image(), recording }
    for (const node of [process.execPath, otherNode]) {
      for (let run = 0; run < runs; run++) expect(hashOn(node, task)).toBe(hash)
    }
    const moved = movedAlong(medium, recording, savePoints)
    expect(moved.hash).toBe(hash)
    const at = (place: string) => moved.places.filter((one) => one === place).length
    noteTotals('boot media', {
      media: 1,
      [`runs on ${new Set([process.execPath, otherNode]).size} versions of Node, one hash each`]: 2 * runs,
      'instants saved at, gone on with elsewhere': savePoints,
      'of them in a call of the BIOS that waits for a drive': at('call'),
      'in a wait for a key': at('key'),
      'in a repeated instruction': at('repetition'),
    })
  },
)
