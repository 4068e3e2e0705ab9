import { kernel } from '../../kernels/build.ts'
import { type BareQemu, type QemuVersion, startQemu } from './bare-qemu.ts'

export interface Words {
  readonly ax?: number
  readonly bx?: number
  readonly cx?: number
  readonly dx?: number
}

/** The boot sector `bios-services` in a QEMU: does what a test says, and stands still in between. */
export interface BiosGuest {
  readonly qemu: BareQemu
  /** Int 10h. */
  video(words: Words): Promise<Required<Words>>
  output(port: number, value: number): Promise<void>
  input(port: number): Promise<number>
  /** Writes `word` to `segment:offset`, `count` times. */
  fill(segment: number, offset: number, word: number, count: number): Promise<void>
}

const operation = { video: 0, output: 1, input: 2, fill: 3 }

export async function startBiosGuest(version: QemuVersion, args: readonly string[] = []): Promise<BiosGuest> {
  const disk = `if=ide,format=raw,snapshot=on,file=${kernel('bios-services')}`
  const qemu = await startQemu(version, ['-drive', disk, ...args])
  let answer = Buffer.alloc(0)
  qemu.serial.on('data', (bytes: Buffer) => {
    answer = Buffer.concat([answer, bytes])
  })
  const call = async (code: number, words: Words): Promise<Required<Words>> => {
    const request = Buffer.alloc(9)
    request[0] = code
    for (const [index, name] of (['ax', 'bx', 'cx', 'dx'] as const).entries())
      request.writeUInt16LE(words[name] ?? 0, 1 + 2 * index)
    answer = Buffer.alloc(0)
    qemu.serial.write(request)
    await qemu.runUntil(() => answer.length >= 8)
    const [ax, bx, cx, dx] = [0, 2, 4, 6].map((at) => answer.readUInt16LE(at))
    return { ax: ax ?? 0, bx: bx ?? 0, cx: cx ?? 0, dx: dx ?? 0 }
  }
  return {
    qemu,
    video: (words) => call(operation.video, words),
    output: async (port, value) => {
      await call(operation.output, { ax: value, dx: port })
    },
    input: async (port) => (await call(operation.input, { dx: port })).ax & 0xff,
    fill: async (segment, offset, word, count) => {
      await call(operation.fill, { ax: word, bx: segment, cx: count, dx: offset })
    },
  }
}
