import { onTestFinished } from 'vitest'
import type { Qemu } from '../../src/engines/qemu/find-qemu.ts'
import { MachinePool } from '../../src/pool/machine-pool.ts'
import { openSession } from '../../src/session/boot.ts'
import type { BootOptions } from '../../src/session/boot-options.ts'
import { vmOf } from '../../src/session/handles.ts'
import type { Vm } from '../../src/session/vm.ts'

/** `boot` on one of the QEMUs, or on the engine of our own. The machine is closed with the test. */
export async function guestOn(
  engine: Qemu | 'embedded',
  image: string,
  options: BootOptions = {},
): Promise<Vm> {
  const isOurs = engine === 'embedded'
  const pool = isOurs ? new MachinePool({ threads: 1, whenFull: 'wait' }) : poolOn(engine)
  onTestFinished(() => pool.close())
  const session = await openSession(image, { engine: isOurs ? engine : 'qemu', ...options }, { pool })
  onTestFinished(async () => {
    await session.close()
  })
  return vmOf(session)
}

/** A thread has the environment that its process had when it was started, which is with the first `open`. */
function poolOn(qemu: Qemu): MachinePool {
  process.env['KERNELTEST_QEMU'] = qemu.path
  return new MachinePool({ threads: 1, whenFull: 'wait' })
}
