import type { EngineName, EngineReport } from '../engines/engine.ts'

/** Whether an engine works here. Only that loads it: machines run in workers, which load their own. */
export const probes: Readonly<Record<EngineName, () => Promise<EngineReport>>> = {
  qemu: async () => (await import('../engines/qemu/engine.ts')).qemuEngine.probe(),
  embedded: async () => (await import('../engines/embedded/engine.ts')).embeddedEngine.probe(),
}
