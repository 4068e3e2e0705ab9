import type { EngineReport } from '../engines/engine.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { unknownArgument } from './parse-arguments.ts'
import { probes } from './probes.ts'

/** `kerneltest doctor`: which engines work here, and what to install for those that do not. */
export async function doctor(argv: readonly string[]): Promise<ExitStatus> {
  const [extra] = argv
  if (extra !== undefined) throw unknownArgument(extra, [], '`kerneltest doctor` takes no arguments.')
  const reports = await Promise.all(Object.values(probes).map((probe) => probe()))
  process.stdout.write(`Node.js ${process.versions.node} on ${process.platform} ${process.arch}\n`)
  for (const report of reports) process.stdout.write(describe(report))
  return reports.every(({ usable }) => usable) ? exitStatus.asExpected : exitStatus.couldNotStart
}

function describe({ name, usable, version, path, missing }: EngineReport): string {
  const state = usable ? `${version ?? 'of unknown version'}, ${path ?? 'built in'}` : 'cannot be used'
  const lines = [`engine ${name}: ${state}`]
  for (const { what, hint } of missing) lines.push(`  missing: ${what}`, `    ${hint}`)
  return `${lines.join('\n')}\n`
}
