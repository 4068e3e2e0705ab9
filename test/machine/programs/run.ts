import { spawnSync } from 'node:child_process'
import type { CpuOptions } from '../../../src/boot/plan.ts'
import { embeddedEngine } from '../../../src/engines/embedded/engine.ts'
import { planOfFile } from '../../boot-plans/plan-of.ts'
import { openMachine } from '../../engines/open-machine.ts'

/** What a program prints as a process of this host. */
export function runOnHost(path: string): string {
  const { error, signal, status, stdout } = spawnSync(path, { encoding: 'utf8' })
  if (error) {
    throw new Error(`${path} does not run here (32-bit programs need CONFIG_IA32_EMULATION)`, {
      cause: error,
    })
  }
  if (signal === 'SIGILL')
    throw new Error(`${path}: this host's processor has not all that it is compiled for`)
  if (status !== 0) throw new Error(`${path} ended with ${signal ?? status}`)
  return stdout
}

/** What it prints as a kernel on the embedded engine, how that ends, and after how many instructions. */
export async function runOnEngine(path: string, features: CpuOptions['features'] = {}) {
  const { machine, printed, run } = await openMachine(
    embeddedEngine,
    planOfFile(path, { cpu: { model: null, features, seed: null } }),
  )
  const stop = await run()
  await machine.close()
  const text = printed('debugConsole')
  const ended =
    stop.why !== 'end' ? stop.why : 'detail' in stop.ending ? stop.ending.detail : stop.ending.kind
  return { text, ended, instructions: Number(stop.at.instructions) }
}
