import { hex } from '../../../support/hex.ts'

const texts = {
  idtLimit: 'its gate lies beyond the limit of the IDT, at',
  gate: 'its gate cannot be read at',
  gateType: 'no interrupt, trap or task gate at',
  gatePrivilege: 'INT may not use the gate at',
  gatePresent: 'gate not present at',
  code: 'code segment of its gate,',
  entry: 'entry point of its gate,',
  taskStack: 'no stack for the handler in the TSS, at',
  stack: 'stack segment of the handler,',
  push: 'pushing the return address at',
  task: 'switching to task',
  redirection: 'redirection bitmap of the TSS at',
} as const

type DeliveryStep = keyof typeof texts

/** What a delivery is about at the moment: told when it fails. */
export class DeliveryTrail {
  #step: DeliveryStep = 'gate'
  #about: bigint | number = 0

  /** `about`: an address or a selector. */
  at(step: DeliveryStep, about: bigint | number): void {
    this.#step = step
    this.#about = about
  }

  toString(): string {
    return `${texts[this.#step]} ${hex(this.#about)}`
  }
}
