import { join, resolve } from 'node:path'
import type { BootPlan } from '../../boot/plan.ts'
import { KernelTestError } from '../../support/errors.ts'
import { invariant } from '../../support/invariant.ts'
import { isQemuGone, type Monitor } from './monitor.ts'
import { copyFloppy } from './own-media.ts'

/** What QEMU calls the device that a drive of the plan is. */
export const deviceOf = (id: string) => `drive-${id}`

/** The drives of a machine whose media are changed. */
export class Drives {
  readonly #monitor: Monitor
  readonly #directory: string
  readonly #plan: BootPlan
  /** Copies of floppy disks, by drive and file. */
  readonly #copies = new Map<string, string>()

  constructor(monitor: Monitor, plan: BootPlan, directory: string) {
    this.#monitor = monitor
    this.#plan = plan
    this.#directory = directory
    for (const { id, kind, path } of plan.media) {
      if (kind === 'floppy' && path !== null)
        this.#copies.set(keyOf(id, path), join(directory, `floppy-${id}`))
    }
  }

  /** @throws KernelTestError KT3050 where the file cannot be opened. */
  async change(id: string, path: string | null): Promise<void> {
    const drive = this.#plan.media.find((medium) => medium.id === id)
    invariant(drive && drive.kind !== 'disk', 'the session has looked it up: a drive whose medium can change')
    if (path === null) {
      await this.#monitor.execute('eject', { id: deviceOf(id), force: true })
      return
    }
    try {
      const isFloppy = drive.kind === 'floppy'
      await this.#monitor.execute('blockdev-change-medium', {
        id: deviceOf(id),
        filename: isFloppy ? this.#copyOf(id, path) : resolve(path),
        format: 'raw',
        'read-only-mode': isFloppy ? 'read-write' : 'read-only',
        force: true,
      })
    } catch (error) {
      if (isQemuGone(error)) throw error
      throw cannotOpen(path, error)
    }
  }

  #copyOf(id: string, path: string): string {
    const key = keyOf(id, path)
    const known = this.#copies.get(key)
    if (known) return known
    const copy = join(this.#directory, `floppy-${id}-${this.#copies.size}`)
    copyFloppy(path, copy)
    this.#copies.set(key, copy)
    return copy
  }
}

const keyOf = (id: string, path: string) => `${id} ${resolve(path)}`

function cannotOpen(path: string, error: unknown): KernelTestError {
  const reason = error instanceof Error ? error.message : String(error)
  return new KernelTestError(
    'KT3050',
    `${path}, which is in a drive of the machine, cannot be read: ${reason}`,
    'Look at the path and its mode; a file on a network drive is better copied to a local one.',
  )
}
