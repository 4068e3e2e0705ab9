import { embeddedEngine } from '../engines/embedded/engine.ts'
import type { Engine, EngineName } from '../engines/engine.ts'
import { qemuEngine } from '../engines/qemu/engine.ts'
import type { MachineTask } from './protocol.ts'
import { serveMachine } from './serve-machine.ts'

const engines: Readonly<Record<EngineName, Engine>> = { embedded: embeddedEngine, qemu: qemuEngine }

// In a thread `process.exit` ends the thread without a word, and tinypool keeps its place for ever.
process.exit = (code) => {
  throw new Error(`an engine called process.exit(${code ?? ''})`)
}

/** tinypool calls it by its name. */
export async function runMachine(task: MachineTask): Promise<void> {
  await serveMachine(engines[task.engine], task)
}
