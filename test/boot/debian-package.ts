import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kerneltest', 'debian')

/**
 * The unpacked files of a Debian package, downloaded by apt once and never installed: real kernels to boot,
 * which have licences of their own and so are not in the tree.
 */
export function debianPackage(name: string): string {
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'download-'))
  try {
    // As root apt would download as another user, who may not write here.
    const args = ['-o', 'APT::Sandbox::User=root', '-qq', 'download', name]
    execFileSync('apt-get', args, { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] })
    const [archive = ''] = readdirSync(work)
    execFileSync('dpkg-deb', ['-x', join(work, archive), join(work, 'files')])
    if (!existsSync(folder)) renameSync(join(work, 'files'), folder)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return folder
}

/** The package that the metapackage `name` stands for today. */
export function metapackageTarget(name: string): string {
  const depends = execFileSync('apt-cache', ['depends', '--important', name], { encoding: 'utf8' })
  const target = /Depends: (\S+)/.exec(depends)?.[1]
  if (target === undefined) throw new Error(`${name} depends on nothing:\n${depends}`)
  return target
}
