import { activity, state } from '../state-layout.ts'
import type { EventControl, Processor } from '../system/processor.ts'

/** One fault on the way to a triple fault, with the step of its delivery that failed. */
export interface FaultStep {
  readonly vector: number
  readonly errorCode: number | null
  readonly rip: bigint
  readonly cr2: bigint | null
  readonly failedStep: string | null
}

export class EventUnit implements EventControl {
  readonly #processor: Processor
  chain: readonly FaultStep[] = []

  constructor(processor: Processor) {
    this.#processor = processor
  }

  get careful(): boolean {
    return false
  }

  before(): 'go' | 'delivered' | 'tripleFault' | 'wait' {
    return this.#processor.state.u32(state.activity) === activity.running ? 'go' : 'wait'
  }

  after(): void {}

  fault(vector: number, code: number): 'delivered' | 'tripleFault' {
    const { rip } = this.#processor.state
    this.chain = [{ vector, errorCode: code, rip, cr2: null, failedStep: null }]
    return 'tripleFault'
  }

  softwareInterrupt(_vector: number, _kind: string, _next: bigint): void {}
}
