import { onTestFinished } from 'vitest'
import type { Qemu } from '../../src/engines/qemu/find-qemu.ts'
import { MachinePool } from '../../src/pool/machine-pool.ts'
import { openSession } from '../../src/session/boot.ts'
import type { BootOptions } from '../../src/session/boot-options.ts'
import { vmOf } from '../../src/session/handles.ts'
import type { Vm } from '../../src/session/vm.ts'

/** `boot` on one of the QEMUs. The machine is closed with the test. */
export async function guestOn(qemu: Qemu, image: string, options: BootOptions = {}): Promise<Vm> {
  const pool = poolOn(qemu)
  onTestFinished(() => pool.close())
  const session = await openSession(image, options, { pool })
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
