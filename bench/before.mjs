// Integer loops on the core as it is against the core as it was at an earlier commit.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { kernel } from './kernels.mjs'
import { median } from './measure.mjs'

const rounds = 15
const root = fileURLToPath(new URL('..', import.meta.url))
const worker = fileURLToPath(new URL('loop-times.mjs', import.meta.url))

/** For each kernel, the median CPU time now over the one at `commit`: processes in turn. */
export function timesBefore(names, commit) {
  const old = checkout(commit)
  try {
    const images = names.map((name) => kernel(name, 1_000_000_000))
    const pairs = Array.from({ length: rounds }, () => [root, old].map((folder) => measure(folder, images)))
    return names.map((_, at) => {
      const [now, then] = [0, 1].map((which) => median(pairs.map((pair) => pair[which][at])))
      return now / then
    })
  } finally {
    rmSync(old, { recursive: true })
  }
}

/** A folder with the old build. */
function checkout(commit) {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-before-'))
  const run = (script) =>
    execFileSync('bash', ['-c', script], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  run(`set -o pipefail; git -C '${root}' archive ${commit} | tar -x`)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  run('npm run --silent build')
  return folder
}

function measure(folder, images) {
  const words = [worker, pathToFileURL(join(folder, '/')).href, ...images]
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' }))
}
