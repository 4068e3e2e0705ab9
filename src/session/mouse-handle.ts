import { type MouseButton, type MouseChange, mouseButtons } from '../observe/input.ts'
import { wrongValue } from './quantities.ts'
import type { Session } from './session.ts'
import type { MouseHandle } from './vm.ts'

/** More is no movement of a hand, and would take long to tell in packets. */
const mostCounts = 10_000
const mostSteps = 100

export function mouseHandle(session: Session): MouseHandle {
  let held: readonly MouseButton[] = []
  const still = { x: 0, y: 0, wheel: 0 } as const
  const feed = (...changes: readonly MouseChange[]) => session.feed({ to: 'mouse', changes })
  const hold = (buttons: readonly MouseButton[]): MouseChange => {
    held = mouseButtons.filter((button) => buttons.includes(button))
    return { ...still, buttons: held }
  }
  const without = (buttons: readonly MouseButton[]) => held.filter((button) => !buttons.includes(button))
  return {
    async move(x, y) {
      await feed({ ...still, x: counts('x', x, mostCounts), y: counts('y', y, mostCounts), buttons: held })
    },
    async press(...buttons) {
      check(buttons)
      await feed(hold([...held, ...buttons]), hold(without(buttons)))
    },
    async down(...buttons) {
      check(buttons)
      await feed(hold([...held, ...buttons]))
    },
    async up(...buttons) {
      check(buttons)
      await feed(hold(without(buttons)))
    },
    async scroll(steps) {
      await feed({ ...still, wheel: counts('steps', steps, mostSteps), buttons: held })
    },
  }
}

function counts(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && Math.abs(value) <= most) return value
  throw wrongValue(name, value, `Give a whole number from -${most} to ${most}.`)
}

function check(buttons: readonly MouseButton[]): void {
  const unknown = buttons.find((button) => !mouseButtons.includes(button))
  if (unknown !== undefined) throw wrongValue('button', unknown, `It is one of ${mouseButtons.join(', ')}.`)
}
