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

/** Programs that suites start, and the package of Debian that has each. */
const tools = [
  ['OR01', 'bochs', ['--help'], 'bochs bochs-term'],
  ['OR02', 'nasm', ['-v'], 'nasm'],
  ['OR03', 'gcc', ['--version'], 'gcc'],
]

process.exitCode = await main(process.argv.slice(2))

async function main(filters) {
  const missing = tools.filter(([, tool, probe]) => spawnSync(tool, probe, { stdio: 'ignore' }).error)
  for (const [code, tool, , packages] of missing) {
    process.stderr.write(
      `oracle: ${code}: ${tool} is not installed, and nothing is true without it\n  apt-get install ${packages}\n`,
    )
  }
  if (missing.length > 0) return 2
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

/** The commit, and whether there is more than it. */
function recorded() {
  const git = (...parameters) => spawnSync('git', parameters, { cwd: root, encoding: 'utf8' }).stdout.trim()
  const changed = git('status', '--porcelain', '--', 'src', 'test', 'scripts') !== ''
  return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' and changes' : ''}, Node ${process.version}`
}
