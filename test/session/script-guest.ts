import { onTestFinished } from 'vitest'
import { openSession, type SessionContext } from '../../src/session/boot.ts'
import type { BootOptions } from '../../src/session/boot-options.ts'
import { vmOf } from '../../src/session/handles.ts'
import type { Session } from '../../src/session/session.ts'
import type { Vm } from '../../src/session/vm.ts'
import { kernel } from '../kernels/build.ts'

/** Boots `test/kernels/script.asm`, which does what the letters of `script` say. Closed with the test. */
export async function bootScript(
  script: string,
  options: BootOptions = {},
  context: SessionContext = {},
): Promise<{ readonly session: Session; readonly vm: Vm }> {
  const session = await openSession(
    kernel('script'),
    { commandLine: script, limit: '10s', ...options },
    context,
  )
  onTestFinished(async () => {
    await session.close()
  })
  return { session, vm: vmOf(session) }
}
