import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const quiet = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]

/** The page's document after its scripts ran, as headless Chromium (Debian's `chromium`) serializes it. */
export function dumpDom(url: string): Promise<string> {
  return chromium(['--dump-dom', url])
}

async function chromium(flags: readonly string[]): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'kerneltest-chromium-'))
  try {
    const options = { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 }
    const { stdout } = await promisify(execFile)(
      'chromium',
      [...quiet, `--user-data-dir=${profile}`, ...flags],
      options,
    )
    return stdout
  } finally {
    rmSync(profile, { recursive: true, force: true })
  }
}
