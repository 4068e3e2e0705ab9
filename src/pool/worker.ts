import type { Engine, EngineName } from '../engines/engine.ts'
import type { MachineTask } from './protocol.ts'
import { serveMachine } from './serve-machine.ts'

/** A thread loads only what it runs: each engine takes its time. */
const engines: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  embedded: async () => (await import('../engines/embedded/engine.ts')).embeddedEngine,
  qemu: async () => (await import('../engines/qemu/engine.ts')).qemuEngine,
}

// In a thread `process.exit` ends the thread without a word, and tinypool keeps its place for ever.
process.exit = (code) => {
  throw new Error(`an engine called process.exit(${code ?? ''})`)
}

/** tinypool calls it by its name. */
export async function runMachine(task: MachineTask): Promise<void> {
  await serveMachine(engines[task.engine](), task)
}
