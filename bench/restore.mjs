// What the reset between two tests costs when the guest has written to many pages.
import { kernel, start } from './kernels.mjs'
import { cpuSeconds, median } from './measure.mjs'

const pageBytes = 4096
const area = 0x200_0000
/** Rounds until the host has compiled what they need. */
const warmUp = 100
const wiring = { exit: null, serial: () => {} }

/** CPU seconds of a power-on that has to bring back so many pages. */
export function restoreSeconds(pages, rounds) {
  const machine = start(kernel('fnv', 0))
  const bytes = Uint8Array.from({ length: pages * pageBytes }, (_, index) => index % 251)
  const parts = [{ at: area, bytes, size: bytes.length }]
  machine.powerOn(parts, wiring)
  const times = Array.from({ length: warmUp + 10 * rounds }, () => {
    for (let page = 0; page < pages; page++) {
      machine.memory.poke(BigInt(area + page * pageBytes + (page % 4096)), Uint8Array.of(255))
    }
    return cpuSeconds(() => machine.powerOn(parts, wiring))
  })
  return median(times.slice(warmUp))
}
