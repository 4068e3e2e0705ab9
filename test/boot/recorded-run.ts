import { createHash } from 'node:crypto'
import { OpenDrives } from '../../src/engines/embedded/media/open-drives.ts'
import { Run } from '../../src/engines/embedded/run.ts'
import { firmwareEntry } from '../../src/machine/firmware-entry.ts'
import { Machine, type SavedMachine } from '../../src/machine/machine.ts'
import { OverlaidMedium } from '../../src/machine/media/overlaid-medium.ts'
import type { Condition } from '../../src/observe/condition.ts'
import { keysOfPress } from '../../src/observe/keys.ts'
import '../machine/generated-core.ts'
import { mediumPlan } from './play.ts'
import type { RealMedium, Step } from './real-media.ts'

/** A machine with a medium, past its power-on, and all of its state. */
export class MediumGuest {
  readonly machine: Machine
  readonly #drives: OpenDrives
  readonly #overlays: readonly OverlaidMedium[]

  constructor(medium: RealMedium) {
    const plan = mediumPlan(medium)
    this.#drives = new OpenDrives(plan, () => {})
    const { drives } = this.#drives
    this.#overlays = drives.flatMap(({ medium }) => (medium instanceof OverlaidMedium ? [medium] : []))
    const bootOrder = drives.map(({ number }) => number)
    const wiring = { exit: plan.ports.exit, serial: () => {}, drives, bootOrder }
    this.machine = new Machine({ memoryMiB, ...wiring })
    this.machine.powerOn([], wiring)
    this.machine.enter(firmwareEntry)
  }

  close(): void {
    this.#drives.close()
  }

  save(): SavedGuest {
    const { machine } = this
    return {
      machine: machine.save(),
      ram: machine.cpu.ram.slice(),
      overlays: this.#overlays.map((overlay) => overlay.save()),
    }
  }

  load({ machine, ram, overlays }: SavedGuest): void {
    this.machine.cpu.ram.set(ram)
    this.machine.load(machine)
    for (const [index, overlay] of this.#overlays.entries()) overlay.load(overlays[index] ?? [])
  }
}

interface SavedGuest {
  readonly machine: SavedMachine
  readonly ram: Uint8Array
  readonly overlays: readonly ReturnType<OverlaidMedium['save']>[]
}

/** Of all of it; the same on every host. */
export function hashOf(saved: SavedGuest): string {
  const plain = (_key: string, value: unknown) => {
    if (value instanceof Uint8Array) return createHash('sha256').update(value).digest('hex')
    return typeof value === 'bigint' ? String(value) : value
  }
  return createHash('sha256').update(JSON.stringify(saved, plain)).digest('hex').slice(0, 16)
}

/** When keys were pressed, and when it was over, in ticks: enough to do it once more. */
export interface Recording {
  readonly presses: readonly { readonly tick: number; readonly keys: readonly string[] }[]
  readonly tick: number
}

/** Enough for all of them: hashes take their time. */
const memoryMiB = 32
const patienceNs = 60_000_000_000n

const nobody = { check: () => {}, tell: () => {} }

/** Goes through the steps of a medium. */
export async function record(guest: MediumGuest, { steps }: RealMedium): Promise<Recording> {
  const { machine } = guest
  const presses: Recording['presses'][number][] = []
  for (const step of steps) {
    for (const keys of step.press ?? []) press(machine, keys)
    if (step.press) presses.push({ tick: machine.ticks, keys: step.press })
    const deadlineNs = patienceNs
    const result = await new Run(machine, { deadlineNs, any: conditionsOf(step) }, 0xf4, nobody).go()
    if (result.why === 'deadline') throw new Error(`${JSON.stringify(step)} did not come true`)
  }
  return { presses, tick: machine.ticks }
}

/** A text that is printed is not waited for: a step that ends the run follows. */
function conditionsOf(step: Step): readonly Condition[] {
  return 'shows' in step ? [{ on: 'screen', pattern: step.shows, shown: true }] : []
}

/**
 * Does it once more. At each of `points`, in ticks and ascending, `pause` answers the guest that goes on:
 * this one or another.
 */
export function replay(
  first: MediumGuest,
  { presses, tick }: Recording,
  points: readonly number[] = [],
  pause: (guest: MediumGuest) => MediumGuest = (guest) => guest,
): MediumGuest {
  let guest = first
  const left = [...points]
  const runTo = (target: number) => {
    for (let next = left[0]; next !== undefined && next < target; next = left[0]) {
      left.shift()
      run(guest.machine, next)
      guest = pause(guest)
    }
    run(guest.machine, target)
  }
  for (const { tick: pressedAt, keys } of presses) {
    runTo(pressedAt)
    for (const one of keys) press(guest.machine, one)
  }
  runTo(tick)
  return guest
}

/** What ends the run is where the recording ends. */
function run(machine: Machine, tick: number): void {
  machine.runUntil(tick, Number.POSITIVE_INFINITY)
}

function press(machine: Machine, keys: string): void {
  machine.press(keysOfPress(keys))
}
