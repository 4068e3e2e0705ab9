import type { BootPlan } from '../../src/boot/plan.ts'
import type { Condition } from '../../src/observe/condition.ts'
import type { Screen } from '../../src/observe/screen.ts'
import type { Stop } from '../../src/observe/stop.ts'
import { linesOf } from '../../src/observe/text-screen.ts'
import type { OpenMachine } from '../engines/open-machine.ts'
import { planOf } from '../engines/plans.ts'
import type { RealMedium, Sight, Step } from './real-media.ts'

export function mediumPlan({ kind, image, shape = 'pc' }: RealMedium): BootPlan {
  const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
  return planOf(start, { machine: { shape }, media: [{ id: 'boot', kind, path: image() }] })
}

/** Guest time for a step. */
const patienceNs = 60_000_000_000n

/**
 * Goes through the steps of a medium, each of which has to come true. `look` sees what the machine shows at
 * every sight.
 */
export async function play(
  open: OpenMachine,
  { steps }: RealMedium,
  look: (sight: Sight, screen: () => Promise<Screen>) => Promise<void>,
): Promise<void> {
  const { machine } = open
  for (const step of steps) {
    for (const keys of step.press ?? []) await machine.input({ to: 'keyboard', keys: [keys] })
    // A guest that QEMU let run on may have printed all of it, and ended.
    if ('prints' in step && open.printed('com1').includes(step.prints)) continue
    const stop = await runFor(open, patienceNs, conditionsOf(step))
    if (!isWhat(step, stop)) throw new Error(await missed(open, step, stop))
    if (!('shows' in step)) continue
    await rest(open)
    await look(step, () => machine.screen())
  }
}

/** Lets the guest write what comes behind a text. */
export async function rest(open: OpenMachine): Promise<void> {
  await runFor(open, 300_000_000n, [{ on: 'stillScreen', settleNs: 100_000_000n }])
}

async function runFor({ machine }: OpenMachine, ns: bigint, any: readonly Condition[]): Promise<Stop> {
  const now = await machine.now()
  return machine.run({ deadlineNs: now.ns + ns, any })
}

function conditionsOf(step: Step): readonly Condition[] {
  if ('shows' in step) return [{ on: 'screen', pattern: step.shows, shown: true }]
  if ('prints' in step) return [{ on: 'output', port: 'com1', pattern: step.prints, from: 0 }]
  return []
}

function isWhat(step: Step, stop: Stop): boolean {
  return 'ends' in step ? stop.why === 'end' && stop.ending.kind === step.ends : stop.why === 'condition'
}

async function missed({ machine }: OpenMachine, step: Step, stop: Stop): Promise<string> {
  const screen = await machine.screen()
  const lines = screen.kind === 'text' ? linesOf(screen).join('\n').trimEnd() : 'graphics'
  const end = stop.why === 'end' ? stop.ending.kind : stop.why
  return `${JSON.stringify(step)} did not come true: ${end}\n${lines}`
}
