import type { BootPlan } from '../../src/boot/plan.ts'
import { embeddedEngine } from '../../src/engines/embedded/engine.ts'
import type { Engine, Machine } from '../../src/engines/engine.ts'
import { qemuEngine } from '../../src/engines/qemu/engine.ts'
import { openMachine } from './open-machine.ts'

/** What `look` sees on QEMU and on the embedded engine. `printed`: on every port, so far. */
export async function onBoth<T>(
  plan: BootPlan,
  look: (machine: Machine, engine: Engine, printed: () => string) => Promise<T>,
): Promise<readonly T[]> {
  return Promise.all(
    [qemuEngine, embeddedEngine].map(async (engine) => {
      const { machine, printed } = await openMachine(engine, plan)
      try {
        return await look(machine, engine, printed)
      } finally {
        await machine.close()
      }
    }),
  )
}
