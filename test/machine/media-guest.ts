import { createHash } from 'node:crypto'
import type { BootPlan } from '../../src/boot/plan.ts'
import { OpenDrives } from '../../src/engines/embedded/media/open-drives.ts'
import { firmwareEntry } from '../../src/machine/firmware-entry.ts'
import { Machine } from '../../src/machine/machine.ts'
import { loadState, type SavedState, saveState } from '../../src/machine/saved-state.ts'
import './generated-core.ts'

/** Enough for all of them: hashes take their time. */
const memoryMiB = 32

/** A machine that boots from the media of a plan, past its power-on, and all of its state. */
export class MediaGuest {
  readonly machine: Machine
  readonly drives: OpenDrives
  #printed = ''

  constructor(plan: BootPlan) {
    this.drives = new OpenDrives(plan, () => {})
    const { drives } = this.drives
    const bootOrder = drives.map(({ number }) => number)
    const serial = (byte: number) => {
      this.#printed += String.fromCharCode(byte)
    }
    const wiring = { exit: plan.ports.exit, serial, drives, bootOrder }
    this.machine = new Machine({ memoryMiB, shape: plan.machine.shape, ...wiring })
    this.machine.powerOn([], wiring)
    this.machine.enter(firmwareEntry)
  }

  /** On COM1. */
  get printed(): string {
    return this.#printed
  }

  close(): void {
    this.drives.close()
  }

  /** Puts another file into a drive, or none. */
  change(drive: string, path: string | null): void {
    this.machine.insert(this.drives.change(drive, path))
  }

  save(): SavedState {
    return saveState(this.machine, this.drives)
  }

  load(saved: SavedState): void {
    loadState(this.machine, this.drives, saved)
  }
}

/** Of all of it but for the places of files; the same on every host. */
export function hashOf({ machine, sections }: SavedState): string {
  const plain = (_key: string, value: unknown) => {
    if (value instanceof Uint8Array) return createHash('sha256').update(value).digest('hex')
    return typeof value === 'bigint' ? String(value) : value
  }
  return createHash('sha256').update(JSON.stringify({ machine, sections }, plain)).digest('hex').slice(0, 16)
}
