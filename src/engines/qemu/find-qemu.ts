import { execFile } from 'node:child_process'
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { KernelTestError } from '../../support/errors.ts'
import { installCommand } from './install-hint.ts'
import type { QemuVersion } from './qmp.ts'

/** A QEMU that can be started. */
export interface Qemu {
  /** Absolute. */
  readonly path: string
  /** As `7.2.22`. */
  readonly version: string
}

const executable = 'qemu-system-x86_64'
/**
 * Where Homebrew and MacPorts install; a process started from a graphical editor may lack them in its PATH.
 */
const furtherDirectories = ['/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin']

const oldest: QemuVersion = { major: 7, minor: 2 }
const versionTimeoutMs = 10_000

/**
 * The QEMU to use, asked for its version.
 * @throws KernelTestError KT3001 where there is none, KT3002 where it does not start, KT3003 where it is too
 * old.
 */
export async function findQemu(environment: NodeJS.ProcessEnv = process.env): Promise<Qemu> {
  return identifyQemu(locateQemu(environment), environment)
}

/**
 * The QEMU at `path`, asked for its version.
 * @throws KernelTestError KT3002 where it does not start, KT3003 where it is too old.
 */
export async function identifyQemu(
  path: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Qemu> {
  const isNamed = (environment['KERNELTEST_QEMU'] ?? '') !== ''
  const key = `${isNamed} ${identity(path)}`
  let known = knownQemus.get(key)
  if (!known) {
    known = identify(path, isNamed)
    knownQemus.set(key, known)
    known.catch(() => knownQemus.delete(key))
  }
  return known
}

/**
 * Asking a QEMU for its version takes as long as a small kernel's run: once per process, while the file is
 * the same.
 */
const knownQemus = new Map<string, Promise<Qemu>>()

/**
 * The absolute path of the QEMU to use: the one that KERNELTEST_QEMU names, else the first in PATH. Whether
 * it works shows when it is started.
 * @throws KernelTestError KT3001 where there is none.
 */
export function locateQemu(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['KERNELTEST_QEMU']
  if (named !== undefined && named !== '') {
    const path = resolve(named)
    if (isExecutable(path)) return path
    throw new KernelTestError(
      'KT3001',
      `KERNELTEST_QEMU names ${named}, which is no executable file`,
      `Set it to the path of ${executable}, or unset it to use the one in PATH.`,
    )
  }
  const searched = (environment['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '')
  for (const directory of [...searched, ...furtherDirectories]) {
    const path = resolve(join(directory, executable))
    if (isExecutable(path)) return path
  }
  throw new KernelTestError(
    'KT3001',
    `${executable} is not installed: it is not in PATH`,
    `Install it (${installCommand('qemu')}), or set KERNELTEST_QEMU to its path.`,
  )
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function identity(path: string): string {
  const { mtimeMs, size } = statSync(path)
  return `${path} ${realpathSync(path)} ${mtimeMs} ${size}`
}

async function identify(path: string, isNamed: boolean): Promise<Qemu> {
  const printed = await versionText(path)
  const version = /version (\d+)\.(\d+)\.(\d+)/.exec(printed)
  if (!version) {
    throw new KernelTestError(
      'KT3002',
      `${path} --version did not answer with a version: ${printed.trim() || 'it printed nothing'}`,
      isNamed
        ? 'Set KERNELTEST_QEMU to one that works, or unset it to use the one in PATH.'
        : `Reinstall QEMU (${installCommand('qemu')}), or set KERNELTEST_QEMU to one that works.`,
    )
  }
  const text = `${version[1]}.${version[2]}.${version[3]}`
  if (isTooOld({ major: Number(version[1]), minor: Number(version[2]) })) {
    throw new KernelTestError(
      'KT3003',
      `${path} is QEMU ${text}; kerneltest needs ${oldest.major}.${oldest.minor} or newer`,
      isNamed
        ? 'Set KERNELTEST_QEMU to a newer one, or unset it to use the one in PATH.'
        : `Install a newer one (${installCommand('qemu')}), or set KERNELTEST_QEMU to it.`,
    )
  }
  return { path, version: text }
}

/** What `--version` printed, on either stream: a missing library is told on stderr. */
function versionText(path: string): Promise<string> {
  return new Promise((answer) => {
    execFile(path, ['--version'], { timeout: versionTimeoutMs }, (error, stdout, stderr) => {
      answer(stdout || stderr || (error?.message ?? ''))
    })
  })
}

export function isTooOld({ major, minor }: QemuVersion): boolean {
  return major < oldest.major || (major === oldest.major && minor < oldest.minor)
}
