import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/**
 * A value for PATH with the programs that `path` leads to, QEMUs left out: a folder of links, until the
 * process ends.
 */
export function pathWithoutQemu(path: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-programs-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const programs = new Map<string, string>()
  for (const from of path.split(delimiter)) {
    // Of equal names the first counts.
    for (const name of programsIn(from)) if (!programs.has(name)) programs.set(name, join(from, name))
  }
  for (const [name, file] of programs) if (!name.startsWith('qemu-')) symlinkSync(file, join(folder, name))
  return folder
}

/** A folder of PATH need not be there. */
function programsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
