import { qemuEngine } from '../engines/qemu/engine.ts'
import type { ServeTask } from './protocol.ts'
import { serveMachine } from './serve-machine.ts'

export const serve: ServeTask = (task, beforeGone) => serveMachine(qemuEngine, task, beforeGone)
