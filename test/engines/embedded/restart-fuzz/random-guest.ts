import { Random } from '../../../oracle/random.ts'

const sectorBytes = 512
const signature = [0x55, 0xaa]
/** Code in front of the end of the sector, with room for the longest step and the jump to the beginning. */
const roomForSteps = sectorBytes - 40
const jumpToStart = [0xea, 0x00, 0x7c, 0x00, 0x00]

/** Where a PC's chips are: a port by chance is most often nobody's. */
const chips = [
  ...[0x00, 0x20, 0x40, 0x60, 0x70, 0x80, 0x90, 0xa0, 0xc0],
  ...[0x170, 0x1f0, 0x1ce, 0x2f8, 0x370, 0x3b0, 0x3c0, 0x3d0, 0x3f0, 0x3f8, 0x4d0],
  ...[0x510, 0x600, 0x700, 0xcf8, 0xc000],
] as const
/** Ways to reset, to switch off, to exit, with what does it there. */
const waysOut = [
  [0x64, 0xfe],
  [0x92, 0x01],
  [0xcf9, 0x06],
  [0x604, 0x2000],
  [0xf4, 0x10],
] as const
/** OUT and IN of AL, AX and EAX. */
const accesses = [[0xee], [0xee], [0xef], [0x66, 0xef], [0xec], [0xed], [0x66, 0xed]] as const
const services = [0x08, 0x09, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x70, 0x74]

const word = (value: number) => [value & 0xff, (value >> 8) & 0xff]

/** Kinds of guests: code by chance, as it begins in a boot sector. */
const kinds: readonly ((random: Random) => Uint8Array)[] = [
  (random) => random.bytes(sectorBytes),
  portAccesses,
  biosCalls,
  // MOV EAX, CR0; OR AL, 1; MOV CR0, EAX: every exception goes through what is no table of gates.
  (random) => Uint8Array.of(0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0, ...random.bytes(sectorBytes)),
]

/** The boot sector of a number: the same in every run. */
export function randomSector(number: number): Uint8Array {
  const random = new Random(`restarts ${number}`)
  const make = kinds[number % kinds.length] ?? portAccesses
  const sector = new Uint8Array(sectorBytes)
  sector.set(make(random).subarray(0, sectorBytes - signature.length))
  sector.set(signature, sectorBytes - signature.length)
  return sector
}

/** Of all widths, with interrupts on or off, over and over. */
function portAccesses(random: Random): Uint8Array {
  const code = [random.oneIn(2) ? 0xfb : 0xfa]
  while (code.length < roomForSteps) {
    const isWayOut = random.oneIn(60)
    const [port, value] = isWayOut
      ? random.pick(waysOut)
      : [random.pick(chips) + random.below(16), random.oneIn(2) ? random.word() : random.below(256)]
    code.push(0xba, ...word(port), 0x66, 0xb8, ...word(value), ...word(value >>> 16))
    code.push(...(isWayOut ? [0xef] : random.pick(accesses)))
  }
  return Uint8Array.of(...code, ...jumpToStart)
}

/** Any service with any registers. */
function biosCalls(random: Random): Uint8Array {
  const code = [0xfb]
  while (code.length < roomForSteps) {
    for (const assignment of [0xb8, 0xbb, 0xb9, 0xba]) {
      code.push(assignment, ...word(random.oneIn(2) ? random.word() : random.below(0x200)))
    }
    code.push(0xb4, random.below(0x100), 0xcd, random.pick(services))
  }
  return Uint8Array.of(...code, ...jumpToStart)
}
