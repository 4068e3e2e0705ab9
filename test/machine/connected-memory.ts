import { type Frames, PhysicalMemory } from '../../src/machine/bus/physical-memory.ts'

const pageBytes = 4096
const deviceBytes = 2 ** 24

/** RAM with nobody but chips at it, and the memory of one of them. */
export function connectedMemory(mebibytes = 1): PhysicalMemory {
  const memory = new PhysicalMemory(mebibytes * 2 ** 20, null, deviceBytes)
  const bytes = new Uint8Array(memory.ramBytes + deviceBytes)
  const written = new Uint8Array(bytes.length / pageBytes)
  const frames: Frames = {
    bytes,
    written,
    frameOf: (address) => {
      const page = address - (address % pageBytes)
      const backing = memory.lowPage(address)
      if (backing === 'device') {
        return { offset: memory.ramBytes + memory.deviceOffset(page), writable: true }
      }
      return backing === 'ram' ? { offset: page, writable: true } : null
    },
    noteWrite: (offset) => {
      written[Math.floor(offset / pageBytes)] = 1
    },
    remap: () => {},
    placeDevice: () => {},
  }
  memory.connect(frames)
  return memory
}
