import type { BootPlan } from '../../src/boot/plan.ts'
import type { Engine, Machine } from '../../src/engines/engine.ts'
import type { Condition } from '../../src/observe/condition.ts'
import type { MachineEvent } from '../../src/observe/event.ts'
import type { OutputPort } from '../../src/observe/output.ts'
import type { Stop } from '../../src/observe/stop.ts'

/** A machine with what it told. */
export interface OpenMachine {
  readonly machine: Machine
  readonly events: readonly MachineEvent[]
  /** On one port, or on all. */
  printed(port?: OutputPort): string
  /** To the first condition or the end; 20 s of guest time at most. */
  run(...any: readonly Condition[]): Promise<Stop>
}

export async function openMachine(
  engine: Engine,
  plan: BootPlan,
  signal: AbortSignal = new AbortController().signal,
): Promise<OpenMachine> {
  const events: MachineEvent[] = []
  const machine = await engine.open(plan, (event) => events.push(event), signal)
  const printed = (port?: OutputPort) =>
    events
      .flatMap((event) =>
        event.kind === 'output' && (port ?? event.port) === event.port ? [event.bytes] : [],
      )
      .map((bytes) => Buffer.from(bytes).toString('latin1'))
      .join('')
  const run = (...any: readonly Condition[]) => machine.run({ deadlineNs: 20_000_000_000n, any })
  return { machine, events, printed, run }
}
