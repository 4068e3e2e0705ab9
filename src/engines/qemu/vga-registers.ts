import type { QtestClient } from './qtest-client.ts'

/**
 * The state of the VGA that decides what a text mode shows. Register names and bits: IBM VGA technical
 * reference.
 */
export interface VgaRegisters {
  /** Indexed by register number; only those of {@link crtcRegisters} are read, the others are 0. */
  readonly crtc: Uint8Array
  /** Graphics controller registers 4–6 by number, the others 0. */
  readonly graphics: Uint8Array
  /** Attribute address bit 5 (PAS): the display is fed from memory; when it is clear the screen is blank. */
  readonly displayOn: boolean
  /** Attribute mode control, register 10h. */
  readonly attributeMode: number
}

const crtcRegisters = [0x01, 0x07, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x12, 0x13]
const graphicsRegisters = [0x04, 0x05, 0x06]

const attributePort = 0x3c0
const attributeReadPort = 0x3c1
const sequencerPort = 0x3c4
const miscellaneousReadPort = 0x3cc
const graphicsPort = 0x3ce
const attributeModeControl = 0x10
const pasBit = 0x20
/** Graphics mode register 5: even addresses are in one plane, odd ones in the next. */
export const oddEven = 0x10
/** Sequencer memory mode register 4: four neighbouring addresses are in the four planes. */
const chain4 = 0x08

/**
 * Reads the registers through I/O ports. The machine must stand still, and nobody else may use its ports
 * meanwhile (`QtestClient.exclusively`); every index register and flip-flop is put back.
 */
export async function readVgaRegisters(qtest: QtestClient): Promise<VgaRegisters> {
  const inColor = ((await qtest.readPort(miscellaneousReadPort)) & 1) === 1
  const crtcPort = inColor ? 0x3d4 : 0x3b4
  const crtc = await readIndexed(qtest, crtcPort, crtcRegisters)
  const graphics = await readIndexed(qtest, graphicsPort, graphicsRegisters)
  const attribute = await readAttributeController(qtest, crtcPort + 6)
  return { crtc, graphics, ...attribute }
}

/**
 * Reading the memory at A0000h–BFFFFh changes nothing: in the planar modes, and while a font is loaded, a
 * read fills the latches, whose content a guest may count on.
 */
export async function videoMemoryIsPlain(qtest: QtestClient): Promise<boolean> {
  const [graphics, sequencer] = await qtest.exclusively(async () => [
    await readIndexed(qtest, graphicsPort, [0x05]),
    await readIndexed(qtest, sequencerPort, [0x04]),
  ])
  return ((graphics?.[0x05] ?? 0) & oddEven) !== 0 || ((sequencer?.[0x04] ?? 0) & chain4) !== 0
}

/**
 * Runs `action` with graphics controller registers set to `values` (register to value), then puts `saved`
 * back.
 */
export async function withGraphicsRegisters<T>(
  qtest: QtestClient,
  values: ReadonlyMap<number, number>,
  saved: Uint8Array,
  action: () => Promise<T>,
): Promise<T> {
  const index = await qtest.readPort(graphicsPort)
  const write = async (register: number, value: number) => {
    await qtest.writePort(graphicsPort, register)
    await qtest.writePort(graphicsPort + 1, value)
  }
  try {
    for (const [register, value] of values) await write(register, value)
    return await action()
  } finally {
    for (const register of values.keys()) await write(register, saved[register] ?? 0)
    await qtest.writePort(graphicsPort, index)
  }
}

async function readIndexed(
  qtest: QtestClient,
  port: number,
  registers: readonly number[],
): Promise<Uint8Array> {
  // All requests but the last are on their way before the first answer.
  const answers = await Promise.all([
    qtest.readPort(port),
    ...registers.flatMap((register) => [qtest.writePort(port, register), qtest.readPort(port + 1)]),
  ])
  await qtest.writePort(port, answers[0] ?? 0)
  const values = new Uint8Array(0x20)
  for (const [index, register] of registers.entries()) values[register] = answers[2 + 2 * index] ?? 0
  return values
}

/**
 * One port takes index and data in turn, by a flip-flop that cannot be read and that reading `statusPort`
 * resets to "index". A guest may stand between the two writes, so the flip-flop is found out and put back as
 * well.
 */
async function readAttributeController(
  qtest: QtestClient,
  statusPort: number,
): Promise<Pick<VgaRegisters, 'displayOn' | 'attributeMode'>> {
  const { address, expectsData } = await findAttributeState(qtest, statusPort)
  await qtest.readPort(statusPort)
  await qtest.writePort(attributePort, attributeModeControl | (address & pasBit))
  const attributeMode = await qtest.readPort(attributeReadPort)
  await qtest.readPort(statusPort)
  await qtest.writePort(attributePort, address)
  if (!expectsData) await qtest.readPort(statusPort)
  return { displayOn: (address & pasBit) !== 0, attributeMode }
}

/** QEMU answers a read of 3C0h with the address while the flip-flop is at "index", with 0 otherwise. */
async function findAttributeState(
  qtest: QtestClient,
  statusPort: number,
): Promise<{ address: number; expectsData: boolean }> {
  const seen = await qtest.readPort(attributePort)
  if (seen !== 0) return { address: seen, expectsData: false }
  // Either data is expected, or the address is 0. A write of something other than 0 tells which.
  const data = await qtest.readPort(attributeReadPort)
  const probe = data === 0 ? 1 : data
  await qtest.writePort(attributePort, probe)
  const address = await qtest.readPort(attributePort)
  if (address === 0) {
    await qtest.readPort(statusPort)
    if ((await qtest.readPort(attributePort)) !== 0) return { address: 0, expectsData: false }
  }
  if (probe !== data) {
    await qtest.writePort(attributePort, address)
    await qtest.writePort(attributePort, data)
  }
  return { address, expectsData: true }
}
