// Everything that can be checked without starting a machine: a line a step, a step's output only if it fails.
import { spawnSync } from 'node:child_process'

const steps = ['check:format', 'build', 'check:types', 'check:dead-code', 'check:package', 'check:tidy']

let failed = 0
for (const step of steps) {
  const start = performance.now()
  const env = { ...process.env, NO_COLOR: '1' }
  const run = spawnSync('npm', ['run', '--silent', step], { encoding: 'utf8', env })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${run.status === 0 ? 'ok    ' : 'FAILED'}  ${step} (${seconds} s)`)
  if (run.status === 0) continue
  failed++
  console.log(`${run.stdout}${run.stderr}`)
}
console.log(failed === 0 ? 'check: all good' : `check: ${failed} of ${steps.length} steps failed`)
process.exit(failed === 0 ? 0 : 1)
