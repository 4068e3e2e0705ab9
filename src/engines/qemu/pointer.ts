import { type MouseButton, type MouseChange, mouseButtons } from '../../observe/input.ts'
import type { Monitor } from './monitor.ts'

/** Between two changes, in nanoseconds of guest time. */
const paceNs = 10_000_000n
const wheel = { away: 'wheel-up', towards: 'wheel-down' } as const

/** Changes of the mouse, kept until the machine runs: QEMU drops those that come while it stands still. */
export class Pointer {
  readonly #monitor: Monitor
  readonly #waiting: MouseChange[] = []
  #held: readonly MouseButton[] = []
  #busyUntilNs = 0n

  constructor(monitor: Monitor) {
    this.#monitor = monitor
  }

  add(changes: readonly MouseChange[]): void {
    this.#waiting.push(...changes)
  }

  /** Some changes are not with QEMU yet. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** Hands over the next one. To be called now and then while the machine runs; `nowNs` is guest time. */
  async pump(nowNs: bigint): Promise<void> {
    if (nowNs < this.#busyUntilNs) return
    const next = this.#waiting.shift()
    if (!next) return
    await this.#monitor.execute('input-send-event', { events: this.#eventsOf(next) })
    this.#held = next.buttons
    this.#busyUntilNs = nowNs + paceNs
  }

  /** As QMP has them (qapi/ui.json, InputEvent); a step of the wheel is a button. */
  #eventsOf({ x, y, wheel: steps, buttons }: MouseChange): readonly object[] {
    const moved = Object.entries({ x, y }).filter(([, value]) => value !== 0)
    const pressed = mouseButtons.filter((button) => buttons.includes(button) !== this.#held.includes(button))
    const turned = Array.from({ length: Math.abs(steps) }, () => (steps > 0 ? wheel.away : wheel.towards))
    return [
      ...moved.map(([axis, value]) => ({ type: 'rel', data: { axis, value } })),
      ...pressed.map((button) => buttonEvent(button, buttons.includes(button))),
      ...turned.flatMap((button) => [buttonEvent(button, true), buttonEvent(button, false)]),
    ]
  }
}

const buttonEvent = (button: string, down: boolean) => ({ type: 'btn', data: { button, down } })
