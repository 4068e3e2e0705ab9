import { embeddedEngine } from '../engines/embedded/engine.ts'
import type { Engine, EngineName } from '../engines/engine.ts'
import { qemuEngine } from '../engines/qemu/engine.ts'

/** To be probed: machines run in workers. The default comes first. */
export const engines: Readonly<Record<EngineName, Engine>> = { qemu: qemuEngine, embedded: embeddedEngine }
