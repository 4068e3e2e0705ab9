// Sums the JSON reports of a directory (Vitest's form) to one last line. A skipped test that is not on the
// list of allowed skips, with its reason, counts as a failure. Usage: summary.mjs DIRECTORY [LIST]
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [directory, list = new URL('../test/allowed-skips.json', import.meta.url)] = process.argv.slice(2)
if (directory === undefined) {
  console.error('usage: node scripts/summary.mjs DIRECTORY [LIST]')
  process.exit(2)
}

/** Test names (`file > suite > test`) to the reason why this machine may skip them. */
const allowed = new Map(Object.entries(JSON.parse(readFileSync(list, 'utf8'))))
const count = { passed: 0, skipped: 0 }
const failures = []
const problems = []

const reports = readdirSync(directory).filter((name) => name.endsWith('.json'))
if (reports.length === 0) problems.push(`no report in ${directory}`)
for (const name of reports) {
  const report = JSON.parse(readFileSync(join(directory, name), 'utf8'))
  const before = failures.length + problems.length
  for (const file of report.testResults) countFile(file)
  if (report.testResults.length === 0) problems.push(`${name}: no tests`)
  else if (report.success !== true && failures.length + problems.length === before) {
    problems.push(`${name}: the run failed outside of its tests`)
  }
}

function countFile(file) {
  const short = file.name.replace(`${process.cwd()}/`, '')
  if (file.assertionResults.length === 0) problems.push(`${short}: no tests (${file.message ?? file.status})`)
  for (const test of file.assertionResults) {
    const title = [short, ...test.ancestorTitles, test.title].join(' > ')
    if (test.status === 'passed') count.passed++
    else if (test.status === 'failed') failures.push(`${title}: ${firstLine(test.failureMessages)}`)
    else if (allowed.has(title)) count.skipped++
    else problems.push(`${title}: skipped, and test/allowed-skips.json gives no reason`)
  }
}

/** A log's end is often all that is kept, so it names what failed. */
function firstLine(messages) {
  return messages?.[0]?.split('\n', 1)[0] ?? 'no message'
}

for (const failure of [...failures, ...problems]) console.log(`FAILED  ${failure}`)
const failed = failures.length + problems.length
console.log(`${count.passed} passed, ${failed} failed, ${count.skipped} skipped`)
process.exit(failed === 0 ? 0 : 1)
