import type { BootPlan } from '../../../src/boot/plan.ts'
import { embeddedEngine } from '../../../src/engines/embedded/engine.ts'
import type { Machine } from '../../../src/engines/engine.ts'
import type { Condition } from '../../../src/observe/condition.ts'
import type { MachineEvent } from '../../../src/observe/event.ts'
import type { OutputPort } from '../../../src/observe/output.ts'
import type { Stop } from '../../../src/observe/stop.ts'
import { codePlan, kernelPlan, type OpenOptions } from '../qemu/open-kernel.ts'

export interface OpenMachine {
  readonly machine: Machine
  readonly events: readonly MachineEvent[]
  printed(port: OutputPort): string
  /** To the first condition or the end; 20 s of guest time at most. */
  run(...any: readonly Condition[]): Promise<Stop>
}

export async function openPlan(
  plan: BootPlan,
  signal: AbortSignal = new AbortController().signal,
): Promise<OpenMachine> {
  const events: MachineEvent[] = []
  const machine = await embeddedEngine.open(plan, (event) => events.push(event), signal)
  const printed = (port: OutputPort) =>
    events
      .flatMap((event) => (event.kind === 'output' && event.port === port ? [event.bytes] : []))
      .map((bytes) => Buffer.from(bytes).toString('latin1'))
      .join('')
  const run = (...any: readonly Condition[]) => machine.run({ deadlineNs: 20_000_000_000n, any })
  return { machine, events, printed, run }
}

/** `test/kernels/<name>.asm`, flat 32-bit code at 1 MiB. */
export function openKernel(name: string, options: OpenOptions = {}): Promise<OpenMachine> {
  return openPlan(kernelPlan(name, options))
}

/** Flat 32-bit code at 1 MiB, as bytes. */
export function openCode(code: readonly number[], options: OpenOptions = {}): Promise<OpenMachine> {
  return openPlan(codePlan(code, options))
}
