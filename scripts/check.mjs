// Everything that can be checked without starting a machine: a line a step, a step's output only if it fails.
import { spawnSync } from 'node:child_process'

const steps = [
  ['format and lint', 'npx biome ci --reporter=summary .'],
  ['types', 'npx tsc --noEmit'],
  ['build', 'npm run --silent build'],
  ['dead code', 'npx knip'],
  ['package contents', 'npx publint --strict'],
  ['package types', 'npx attw --pack . --profile esm-only --quiet'],
  ['house rules', 'npx vitest run test/tidy'],
]

let failed = 0
for (const [name, command] of steps) {
  const start = performance.now()
  const run = spawnSync('sh', ['-c', command], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${run.status === 0 ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`)
  if (run.status === 0) continue
  failed++
  console.log(`$ ${command}\n${run.stdout}${run.stderr}`)
}
console.log(failed === 0 ? 'check: all good' : `check: ${failed} of ${steps.length} steps failed`)
process.exit(failed === 0 ? 0 : 1)
