import type { Medium } from '../../src/boot/plan.ts'
import { kernel } from '../kernels/build.ts'
import type { TestEngine } from './each-engine.ts'
import type { OpenMachine } from './open-machine.ts'
import { type OpenOptions, planOf } from './plans.ts'

const general = ['ax', 'bx', 'cx', 'dx', 'si', 'di'] as const
type General = (typeof general)[number]

/** Registers to call with: what is not there is 0, and A5A5h the upper half of what is named as a word. */
export type CallWords = Readonly<Partial<Record<General | `e${General}` | 'es', number>>>

/** The general registers from EAX to EDI, whole. */
export function wholeRegisters(words: CallWords): readonly number[] {
  return general.map((name) => words[`e${name}`] ?? 0xa5a5_0000 + (words[name] ?? 0))
}

/** What the guest found behind the call. */
export interface Answer {
  readonly eax: number
  readonly ebx: number
  readonly ecx: number
  readonly edx: number
  readonly esi: number
  readonly edi: number
  readonly es: number
  readonly flags: number
  readonly ds: number
  readonly sp: number
}

/** The boot sector `bios-calls` on an engine: calls BIOS services as a test says. */
export interface BiosCaller extends OpenMachine {
  call(vector: number, words: CallWords): Promise<Answer>
  /** Sends a call whose answer comes later. */
  begin(vector: number, words: CallWords): Promise<void>
  answer(): Promise<Answer>
  read(segment: number, offset: number, count: number): Promise<Buffer>
  poke(segment: number, offset: number, value: number): Promise<void>
  output(port: number, value: number): Promise<void>
  input(port: number): Promise<number>
  outputWord(port: number, value: number): Promise<void>
  inputWord(port: number): Promise<number>
}

/** Guest time for one answer. */
const mostNs = 20_000_000_000n
const operation = { read: 0, poke: 1, output: 2, input: 3 } as const

export async function openBiosCaller(
  engine: TestEngine,
  media: readonly Medium[] = [],
  options: Pick<OpenOptions, 'startTime'> = {},
  boot: Medium = { id: 'boot', kind: 'disk', path: kernel('bios-calls') },
): Promise<BiosCaller> {
  const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
  const open = await engine.openPlan(planOf(start, { ...options, media: [boot, ...media] }))
  let from = 0
  const line = async () => {
    const deadlineNs = (await open.machine.now()).ns + mostNs
    await open.machine.run({ deadlineNs, any: [{ on: 'output', port: 'com1', pattern: '\n', from }] })
    const text = open.printed('com1').slice(from)
    const end = text.indexOf('\n')
    if (end < 0) throw new Error('the guest has not answered')
    from += end + 1
    return Buffer.from(text.slice(0, end), 'hex')
  }
  await line()
  const begin = (vector: number, words: CallWords) =>
    open.machine.input({ to: 'serial', port: 'com1', bytes: requestOf(vector, words) })
  const answer = async () => answerOf(await line())
  const call = async (vector: number, words: CallWords) => {
    await begin(vector, words)
    return answer()
  }
  return {
    ...open,
    begin,
    answer,
    call,
    read: async (es, di, cx) => {
      await begin(operation.read, { es, di, cx })
      return line()
    },
    poke: async (es, di, ax) => {
      await call(operation.poke, { es, di, ax })
    },
    output: async (dx, ax) => {
      await call(operation.output, { dx, ax })
    },
    input: async (dx) => (await call(operation.input, { dx })).eax & 0xff,
    outputWord: async (dx, ax) => {
      await call(operation.output, { dx, ax, cx: 2 })
    },
    inputWord: async (dx) => (await call(operation.input, { dx, cx: 2 })).eax & 0xffff,
  }
}

function requestOf(vector: number, words: CallWords): Uint8Array {
  const request = Buffer.alloc(27)
  request[0] = vector
  for (const [index, value] of wholeRegisters(words).entries()) request.writeUInt32LE(value, 1 + 4 * index)
  request.writeUInt16LE(words.es ?? 0, 25)
  return request
}

function answerOf(bytes: Buffer): Answer {
  const [eax, ebx, ecx, edx, esi, edi] = [0, 4, 8, 12, 16, 20].map((at) => bytes.readUInt32LE(at))
  const [es, flags, ds, sp] = [24, 26, 28, 30].map((at) => bytes.readUInt16LE(at))
  return { eax, ebx, ecx, edx, esi, edi, es, flags, ds, sp } as Answer
}
