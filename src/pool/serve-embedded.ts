import { embeddedEngine } from '../engines/embedded/engine.ts'
import type { ServeTask } from './protocol.ts'
import { serveMachine } from './serve-machine.ts'

export const serve: ServeTask = (task, beforeGone) => serveMachine(embeddedEngine, task, beforeGone)
