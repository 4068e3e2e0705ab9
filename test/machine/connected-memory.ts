import { type Frames, PhysicalMemory } from '../../src/machine/bus/physical-memory.ts'

const pageBytes = 4096

/** RAM with nobody but chips at it. */
export function connectedMemory(mebibytes = 1): PhysicalMemory {
  const memory = new PhysicalMemory(mebibytes * 2 ** 20)
  const frames: Frames = {
    bytes: new Uint8Array(memory.ramBytes),
    frameOf: (address) =>
      memory.lowPage(address) === 'ram' ? { offset: address - (address % pageBytes), writable: true } : null,
    noteWrite: () => {},
    remap: () => {},
  }
  memory.connect(frames)
  return memory
}
