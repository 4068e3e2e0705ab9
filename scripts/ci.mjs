// What `.ci/run` does once the tools are there; `npm run ci` on any machine that has them. The runners talk
// for themselves; the last line sums up their JSON reports.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = fileURLToPath(new URL('../.kerneltest/ci', import.meta.url))

const steps = [
  ['npm', ['run', '--silent', 'check']],
  ['npm', ['test']],
  ['node', ['scripts/packed.mjs']],
]

rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })
const failed = steps.filter(([command, args]) => run(command, args) !== 0)
for (const [command, args] of failed) console.log(`FAILED  ${command} ${args.join(' ')}`)
const summary = run('node', ['scripts/summary.mjs', reports])
process.exit(failed.length === 0 && summary === 0 ? 0 : 1)

function run(command, args) {
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, KERNELTEST_REPORTS: reports } }
  return spawnSync(command, args, options).status ?? 1
}
