import type { BootPlan } from '../../src/boot/plan.ts'
import { embeddedEngine } from '../../src/engines/embedded/engine.ts'
import type { Engine, Machine } from '../../src/engines/engine.ts'
import { qemuEngine } from '../../src/engines/qemu/engine.ts'
import type { MachineEvent } from '../../src/observe/event.ts'

/** What `look` sees on QEMU and on the embedded engine. `printed`: on every port, so far. */
export async function onBoth<T>(
  plan: BootPlan,
  look: (machine: Machine, engine: Engine, printed: () => string) => Promise<T>,
): Promise<readonly T[]> {
  const signal = new AbortController().signal
  return Promise.all(
    [qemuEngine, embeddedEngine].map(async (engine) => {
      const events: MachineEvent[] = []
      const printed = () =>
        events
          .flatMap((event) => (event.kind === 'output' ? [Buffer.from(event.bytes).toString('latin1')] : []))
          .join('')
      const machine = await engine.open(plan, (event) => events.push(event), signal)
      try {
        return await look(machine, engine, printed)
      } finally {
        await machine.close()
      }
    }),
  )
}
