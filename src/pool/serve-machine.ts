import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import type { Engine, Machine } from '../engines/engine.ts'
import {
  type CallResults,
  type MachineCall,
  type MachineTask,
  type Request,
  toPlainFailure,
  type WorkerMessage,
} from './protocol.ts'

/**
 * The worker's half of a session: opens the machine and answers calls until it is closed or the other side is
 * gone. The promise is pending for as long as the machine lives, because a thread of tinypool sleeps in
 * `Atomics.wait` between two tasks: ports, timers and children left behind would be dead. `beforeGone` is
 * called before the other side hears that the machine is closed, and may end the thread.
 */
export async function serveMachine(
  engine: Engine,
  { port, plan }: MachineTask,
  beforeGone: () => void = () => {},
): Promise<void> {
  const closed = once(port, 'close')
  const abandoned = new AbortController()
  port.once('close', () => abandoned.abort())
  const send = (message: WorkerMessage) => port.postMessage(message)
  const buffered: Request[] = []
  const buffer = (request: Request) => buffered.push(request)
  port.on('message', buffer)

  let machine: Machine
  try {
    machine = await engine.open(plan, (event) => send({ kind: 'event', event }), abandoned.signal)
  } catch (error) {
    send({ kind: 'refused', failure: toPlainFailure(error) })
    port.close()
    await closed
    return
  }
  port.off('message', buffer)
  answerCalls(machine, port, buffered, beforeGone)
  send({ kind: 'opened', capabilities: [...machine.capabilities] })
  await closed
  await machine.close()
}

/** One call at a time, in order; `close` alone goes past the others, so that it can end a `run`. */
function answerCalls(
  machine: Machine,
  port: MessagePort,
  early: readonly Request[],
  beforeGone: () => void,
): void {
  let previous: Promise<void> = Promise.resolve()
  const answer = async (request: Request) => {
    let message: WorkerMessage
    try {
      message = { kind: 'result', id: request.id, value: await perform(machine, request) }
    } catch (error) {
      message = { kind: 'failure', id: request.id, failure: toPlainFailure(error) }
    }
    if (request.call === 'close') beforeGone()
    port.postMessage(message)
    if (request.call === 'close') port.close()
  }
  const accept = (request: Request) => {
    if (request.call === 'close') void answer(request)
    else previous = previous.then(() => answer(request))
  }
  for (const request of early) accept(request)
  port.on('message', accept)
}

function perform(machine: Machine, request: MachineCall): Promise<CallResults[keyof CallResults]> {
  switch (request.call) {
    case 'run':
      return machine.run(request.until)
    case 'now':
      return machine.now()
    case 'registers':
      return machine.registers(request.cpu)
    case 'read':
      return machine.read(request.space, request.address, request.length)
    case 'write':
      return machine.write(request.space, request.address, request.bytes).then(() => undefined)
    case 'screen':
      return machine.screen()
    case 'frame':
      return machine.frame()
    case 'timeline':
      return machine.timeline()
    case 'input':
      return machine.input(request.event).then(() => undefined)
    case 'changeMedium':
      return machine.changeMedium(request.drive, request.path).then(() => undefined)
    case 'medium':
      return machine.medium(request.drive)
    case 'readMedium':
      return machine.readMedium(request.drive, request.at, request.length)
    case 'failReads':
      return machine.failReads(request.drive, request.bad).then(() => undefined)
    case 'close':
      return machine.close()
  }
}
