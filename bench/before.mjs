// Kernels on the core as it is against the core as it was at an earlier commit.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { kernel } from './kernels.mjs'
import { median } from './measure.mjs'

/** Where V8 puts the code of a process decides some per cent, so there are several. */
const processes = 8
const root = fileURLToPath(new URL('..', import.meta.url))
const worker = fileURLToPath(new URL('loop-ratios.mjs', import.meta.url))

/**
 * For each kernel, the time now over the one at `commit`. Both builds run in one process, slice by slice in
 * turn: a build against itself then comes out within 2 %, where processes in turn differ by up to 12 %.
 */
export function timesBefore(names, commit) {
  const old = checkout(commit)
  try {
    // To become warm, a loop: a thousand million of events take minutes.
    const images = ['sieve', ...names].map((name) => kernel(name, 1_000_000_000))
    const rounds = Array.from({ length: processes }, (_, round) => {
      if (round % 2 === 0) return ratios(root, old, images)
      return ratios(old, root, images).map((ratio) => 1 / ratio)
    })
    return names.map((_, at) => median(rounds.map((round) => round[at])))
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

function ratios(first, second, images) {
  const folders = [first, second].map((folder) => pathToFileURL(join(folder, '/')).href)
  return JSON.parse(execFileSync(process.execPath, [worker, ...folders, ...images], { encoding: 'utf8' }))
}
