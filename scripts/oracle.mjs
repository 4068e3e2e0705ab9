// `npm run test:oracle [-- FILTER…]`: every suite that takes minutes, all of the outside truth among them.
// What they have gone through is written into docs/conformance.md. FILTER as Vitest takes it: part of a
// file's path.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = join(root, 'docs/conformance.md')

const header = ['-x', 'c', '-include', 'mpfr.h', '-fsyntax-only', '/dev/null']
/** What suites need, a command that succeeds where it is, and the packages of Debian that have it. */
const tools = [
  ['OR01', 'bochs', ['bochs', '--help'], 'bochs bochs-term'],
  ['OR02', 'nasm', ['nasm', '-v'], 'nasm'],
  ['OR03', 'gcc', ['gcc', '--version'], 'gcc'],
  ['OR04', 'mpfr.h', ['gcc', ...header], 'libmpfr-dev'],
]

process.exitCode = await main(process.argv.slice(2))

async function main(filters) {
  const missing = tools.filter(([, , probe]) => !succeeds(probe))
  for (const [code, tool, , packages] of missing) {
    process.stderr.write(
      `oracle: ${code}: ${tool} is not installed, and nothing is true without it\n  apt-get install ${packages}\n`,
    )
  }
  if (missing.length > 0) return 2
  if (!process.env['KERNELTEST_OTHER_NODE']) {
    process.stderr.write('oracle: one Node alone, as KERNELTEST_OTHER_NODE names no other\n')
  }
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-oracle-'))
  try {
    const totals = join(folder, 'totals')
    writeFileSync(totals, '')
    const parameters = ['vitest', 'run', '--config', 'vitest.slow.config.ts', ...filters]
    const env = { ...process.env, KERNELTEST_TOTALS: totals }
    const { status } = spawnSync('npx', parameters, { cwd: root, stdio: 'inherit', env })
    if (status !== 0) return status ?? 1
    const { module } = await runnerImport(join(root, 'test/oracle/totals.ts'))
    const noted = readFileSync(totals, 'utf8')
    writeFileSync(page, module.writeRows(readFileSync(page, 'utf8'), noted, recorded()))
    return 0
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function succeeds([command, ...parameters]) {
  return spawnSync(command, parameters, { stdio: 'ignore' }).status === 0
}

/** The commit, and whether there is more than it. */
function recorded() {
  const git = (...parameters) => spawnSync('git', parameters, { cwd: root, encoding: 'utf8' }).stdout.trim()
  const changed = git('status', '--porcelain', '--', 'src', 'test', 'scripts') !== ''
  return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' and changes' : ''}, Node ${process.version}`
}
