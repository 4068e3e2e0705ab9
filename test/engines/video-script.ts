import { readFileSync } from 'node:fs'
import type { Ports } from '../../src/machine/bus/port-space.ts'
import { kernel } from '../kernels/build.ts'

const step = { end: 0, out: 1, in: 2, fill: 3, copy: 4, outWord: 5, outDoubleWord: 6 } as const
const miscellaneous = { write: 0x3c2, read: 0x3cc } as const

/** What a guest does with a video adapter: accesses are put down, and done when `code` runs. */
export class VideoScript {
  readonly #steps: number[] = []
  #miscellaneous = 0

  readonly ports: Ports = {
    read: (port, size) => {
      for (let byte = 0; byte < size; byte++) this.#steps.push(step.in, ...word(port + byte))
      return port === miscellaneous.read ? this.#miscellaneous : 0
    },
    write: (port, size, value) => {
      if (isVbe(port)) {
        this.#steps.push(step.outWord, ...word(port), ...word(value))
        return
      }
      if (size === 4) {
        this.#steps.push(step.outDoubleWord, ...word(port), ...doubleWord(value))
        return
      }
      if (port === miscellaneous.write) this.#miscellaneous = value
      for (let byte = 0; byte < size; byte++) {
        this.#steps.push(step.out, ...word(port + byte), (value >> (8 * byte)) & 0xff)
      }
    },
  }

  write(address: number, bytes: Uint8Array): void {
    this.#steps.push(step.copy, ...doubleWord(address), ...doubleWord(bytes.length), ...bytes)
  }

  /** With bytes that look like chance. */
  fill(address: number, count: number): void {
    this.#steps.push(step.fill, ...doubleWord(address), ...doubleWord(count))
  }

  /** Flat 32-bit code for 1 MiB: it halts when all is done. */
  get code(): readonly number[] {
    return [...readFileSync(kernel('video-script')), ...this.#steps, step.end]
  }
}

/** Bochs' VBE registers: they take nothing but words. */
const isVbe = (port: number) => port === 0x1ce || port === 0x1cf

const word = (value: number) => [value & 0xff, value >> 8]
const doubleWord = (value: number) => [...word(value & 0xffff), ...word(value >>> 16)]
