import type { EngineName } from '../engines/engine.ts'
import { CompiledScript } from './compiled-script.ts'
import type { MachineTask, ServeTask } from './protocol.ts'

/** What the build makes of `serve-embedded.ts` and `serve-qemu.ts`: all that a thread needs, in one file. */
interface EngineScript {
  readonly serve: ServeTask
}

/** A thread loads only what it runs: each engine takes its time. */
const scripts = new Map<EngineName, CompiledScript<EngineScript>>()

// In a thread `process.exit` ends the thread without a word, and tinypool keeps its place for ever.
process.exit = (code) => {
  throw new Error(`an engine called process.exit(${code ?? ''})`)
}

/** tinypool calls it by its name. */
export async function runMachine(task: MachineTask): Promise<void> {
  const script = scriptOf(task.engine)
  await script.exports.serve(task, () => script.keep())
}

function scriptOf(engine: EngineName): CompiledScript<EngineScript> {
  const url = new URL(`../engines/${engine}/engine-in-worker.cjs`, import.meta.url)
  const script = scripts.get(engine) ?? new CompiledScript<EngineScript>(url)
  scripts.set(engine, script)
  return script
}
