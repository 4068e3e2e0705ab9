import { readFileSync } from 'node:fs'

/** What the engine can lack. */
export type Installable = 'qemu' | 'ovmf'

const commands: readonly {
  /** Matches ID or ID_LIKE of os-release(5). */
  readonly system: RegExp
  readonly qemu: string
  readonly ovmf: string
}[] = [
  {
    system: /debian|ubuntu/,
    qemu: 'sudo apt-get install qemu-system-x86',
    ovmf: 'sudo apt-get install ovmf',
  },
  {
    system: /fedora|rhel|centos/,
    qemu: 'sudo dnf install qemu-system-x86',
    ovmf: 'sudo dnf install edk2-ovmf',
  },
  { system: /arch/, qemu: 'sudo pacman -S qemu-system-x86', ovmf: 'sudo pacman -S edk2-ovmf' },
  { system: /suse/, qemu: 'sudo zypper install qemu-x86', ovmf: 'sudo zypper install qemu-ovmf-x86_64' },
]

/**
 * The command that installs it on this system; Debian's where the system is not known. Homebrew's QEMU brings
 * OVMF.
 */
export function installCommand(what: Installable): string {
  if (process.platform === 'darwin') return 'brew install qemu'
  const system = systemIds()
  const known = commands.find((row) => row.system.test(system)) ?? commands[0]
  return known?.[what] ?? ''
}

function systemIds(): string {
  try {
    const release = readFileSync('/etc/os-release', 'utf8')
    return [...release.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].map((line) => line[1]).join(' ')
  } catch {
    return ''
  }
}
