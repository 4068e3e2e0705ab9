import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { KernelTestError } from '../../support/errors.ts'
import { installCommand } from './install-hint.ts'

/**
 * UEFI firmware for QEMU's two flash chips: the code, and the pristine variables that each run gets a copy
 * of.
 */
export interface Ovmf {
  readonly code: string
  readonly variables: string
}

/** Without Secure Boot and SMM: those need q35 and further options. */
const installed: readonly Ovmf[] = [
  // Debian 12, Ubuntu 22.04 and newer
  pair('/usr/share/OVMF', 'OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd'),
  // Debian 11
  pair('/usr/share/OVMF', 'OVMF_CODE.fd', 'OVMF_VARS.fd'),
  // Fedora
  pair('/usr/share/edk2/ovmf', 'OVMF_CODE.fd', 'OVMF_VARS.fd'),
  // Arch
  pair('/usr/share/edk2/x64', 'OVMF_CODE.4m.fd', 'OVMF_VARS.4m.fd'),
  pair('/usr/share/edk2-ovmf/x64', 'OVMF_CODE.fd', 'OVMF_VARS.fd'),
  // openSUSE
  pair('/usr/share/qemu', 'ovmf-x86_64-code.bin', 'ovmf-x86_64-vars.bin'),
]

/**
 * The firmware that is installed here, else the one that came with `qemuPath` (as with Homebrew's), else
 * null.
 * @param root the directory that is the system's `/`.
 */
export function findOvmf(qemuPath: string | null, root = '/'): Ovmf | null {
  const here = installed.map(({ code, variables }) => ({
    code: join(root, code),
    variables: join(root, variables),
  }))
  const candidates = [...here, ...(qemuPath === null ? [] : bundledWith(qemuPath))]
  return candidates.find(({ code, variables }) => existsSync(code) && existsSync(variables)) ?? null
}

/** As {@link findOvmf}. @throws KernelTestError KT3004 where there is none. */
export function requireOvmf(qemuPath: string, root = '/'): Ovmf {
  const found = findOvmf(qemuPath, root)
  if (found) return found
  throw new KernelTestError(
    'KT3004',
    'UEFI firmware (OVMF) is not installed',
    `Install it (${installCommand('ovmf')}), or boot with firmware 'bios'.`,
  )
}

function bundledWith(qemuPath: string): readonly Ovmf[] {
  const share = join(dirname(realpathSync(qemuPath)), '..', 'share', 'qemu')
  return [pair(share, 'edk2-x86_64-code.fd', 'edk2-i386-vars.fd')]
}

function pair(directory: string, code: string, variables: string): Ovmf {
  return { code: join(directory, code), variables: join(directory, variables) }
}
