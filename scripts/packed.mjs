// The packed-package proof: what a user installs works where a user installs it. Packs the package, installs
// it into an empty directory once for each supported Vitest and Node, copies the examples there, and checks
// them from outside. `--host NAME` runs one of the hosts; `--keep` leaves the directories. Its result has the
// form of a Vitest JSON report.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checks } from './packed/checks.mjs'
import { install, pack } from './packed/project.mjs'

/** `@vitest/ui` exists for some Vitest versions only, and must match exactly: hence the pins. */
const hosts = [
  { name: 'vitest-4.1-node-20', vitest: '4.1.12', node: '20' },
  { name: 'vitest-5-node-24', vitest: '5.1.0', node: '24' },
]

const only = process.argv.includes('--host') ? process.argv[process.argv.indexOf('--host') + 1] : null
const root = fileURLToPath(new URL('..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'kerneltest packed '))
const testResults = []
try {
  const tarball = pack(root, work)
  for (const host of hosts.filter(({ name }) => only === null || name === only)) {
    testResults.push(await prove(host, tarball))
  }
} finally {
  if (process.argv.includes('--keep')) console.log(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true })
}
report(testResults)

async function prove(host, tarball) {
  const assertionResults = []
  let project
  const attempt = async (title, run) => {
    const start = performance.now()
    const failure = await Promise.resolve()
      .then(run)
      .then(() => null)
      .catch((error) => error)
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${failure ? 'FAILED' : 'ok    '}  ${host.name}: ${title} (${seconds} s)`)
    if (failure) console.log(`${failure.message}\n`)
    const failureMessages = failure ? [failure.message] : []
    assertionResults.push({
      ancestorTitles: [],
      title,
      status: failure ? 'failed' : 'passed',
      failureMessages,
    })
    return failure === null
  }
  const installed = await attempt('installs into an empty directory', () => {
    project = install(root, join(work, host.name), tarball, host)
  })
  if (installed) for (const { title, run } of checks) await attempt(title, () => run(project))
  return { name: `packed/${host.name}`, status: 'passed', assertionResults }
}

function report(results) {
  const all = results.flatMap((result) => result.assertionResults)
  const failed = all.filter((one) => one.status === 'failed').length
  console.log(`packed: ${all.length - failed} passed, ${failed} failed`)
  const directory = process.env.KERNELTEST_REPORTS
  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true })
    writeFileSync(
      join(directory, 'packed.json'),
      JSON.stringify({ success: failed === 0, testResults: results }),
    )
  }
  process.exitCode = failed === 0 && all.length > 0 ? 0 : 1
}
