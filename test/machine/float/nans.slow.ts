import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { expect, test } from 'vitest'

/** Another Node for the second run, where there is one. */
const otherNode = process.env['KERNELTEST_OTHER_NODE'] ?? process.execPath
const source = fileURLToPath(new URL('nan-worker.ts', import.meta.url))

interface Hashes {
  readonly cold: { readonly hash: string; readonly units: number }
  readonly warm: { readonly hash: string; readonly units: number }
}

/**
 * WebAssembly leaves the bits of its NaNs open: the two compilers of an engine, or two engines, may differ.
 */
test('NaNs have the same bits cold and after ten million instructions that compute, on every Node', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-nans-'))
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      build: { ssr: true, outDir: folder, minify: false, rollupOptions: { input: { worker: source } } },
    })
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    const run = (node: string): Hashes =>
      JSON.parse(execFileSync(node, [join(folder, 'worker.js')], { encoding: 'utf8' })) as Hashes
    const first = run(process.execPath)
    expect(first.cold.units).toBeGreaterThan(100_000)
    expect(first.warm).toEqual(first.cold)
    expect(run(otherNode)).toEqual(first)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
