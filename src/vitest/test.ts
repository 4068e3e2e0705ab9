import { resolve } from 'node:path'
import { type TestAPI, test as vitestTest } from 'vitest'
import { openSession } from '../session/boot.ts'
import type { BootOptions } from '../session/boot-options.ts'
import { vmOf } from '../session/handles.ts'
import type { Session } from '../session/session.ts'
import type { Vm } from '../session/vm.ts'
import { endMachines } from './end-machines.ts'
import { placesOf } from './places.ts'
import { raiseTestTimeout } from './raise-test-timeout.ts'

/** What `test` hands to a test besides Vitest's own. */
export interface KernelFixtures {
  /**
   * Boots an image on a machine that is ended with the test. Paths are seen from the project's root. May be
   * called more than once.
   * @throws KernelTestError KT1xxx to KT4xxx for images that cannot be booted and options that make no sense.
   */
  readonly boot: (image: string, options?: BootOptions) => Promise<Vm>
}

raiseTestTimeout()

/** Vitest's `test`, with a `boot` for every test. */
export const test: TestAPI<KernelFixtures> = vitestTest.extend<KernelFixtures>({
  boot: async ({ task, signal, annotate, onTestFinished }, use) => {
    const sessions: Session[] = []
    const { root } = placesOf(task.file.filepath)
    // Not behind `use`: Vitest tells an error of a fixture's end twice.
    onTestFinished(() => endMachines(sessions, { task, signal, annotate }))
    await use(async (image, options = {}) => {
      const session = await openSession(resolve(root, image), options, { signal, root })
      sessions.push(session)
      return vmOf(session)
    })
  },
})
