import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Case, cases, dataWindow, stackWindow } from './cases.ts'

const seed = 0x6b65726e656c7465n
const path = fileURLToPath(new URL('vectors/integer64.txt', import.meta.url))
const recorder = fileURLToPath(new URL('recorder.c', import.meta.url))

/** What is left after one instruction, with the memory that it could reach. */
export interface Result {
  readonly registers: readonly bigint[]
  readonly rflags: number
  /** 0: behind the instruction, 1: where it branches to, 0x100 + vector: an exception. */
  readonly endedAt: number
  readonly data: Uint8Array
  readonly stack: Uint8Array
}

const inputBytes = 16 + 17 * 8 + dataWindow.bytes + stackWindow.bytes
const outputBytes = 17 * 8 + 4 + dataWindow.bytes + stackWindow.bytes

/**
 * One line of what differs from the input: `code end flags registers memory`. Flags are
 * the six arithmetic ones and DF.
 */
export function line(input: Case, result: Result): string {
  const registers = result.registers.flatMap((value, index) =>
    value === input.registers[index] ? [] : [`${index}=${value.toString(16)}`],
  )
  const bytes = (name: string, before: Uint8Array, after: Uint8Array) =>
    [...after].flatMap((byte, index) =>
      byte === before[index] ? [] : [`${name}${index}=${byte.toString(16)}`],
    )
  const code = Buffer.from(input.code).toString('hex')
  const changed = [
    ...registers,
    ...bytes('d', input.data, result.data),
    ...bytes('s', input.stack, result.stack),
  ]
  return [code, result.endedAt.toString(16), (result.rflags & 0xcd5).toString(16), ...changed].join(' ')
}

/** Each case with the line that the host's CPU gave. */
export function* recorded(): Generator<{ input: Case; expected: string }> {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1)
  let index = 0
  for (const input of cases(seed)) yield { input, expected: lines[index++] ?? 'not recorded' }
}

/** Runs every case on this machine's CPU and writes the file anew. Any x86-64 Linux with gcc will do. */
export function record(): void {
  const program = join(mkdtempSync(join(tmpdir(), 'kerneltest-recorder-')), 'recorder')
  execFileSync('gcc', ['-O1', '-o', program, recorder])
  const all = [...cases(seed)]
  const input = Buffer.concat(all.map(encodeInput))
  const output = execFileSync(program, { input, maxBuffer: 2 ** 30 })
  const lines = all.map((one, index) => line(one, decodeOutput(output, index * outputBytes)))
  const cpu = execFileSync(program, ['--cpuid'], { encoding: 'utf8' }).trim()
  writeFileSync(path, `# ${cpu}, seed ${seed.toString(16)}\n${lines.join('\n')}\n`)
}

function encodeInput({ code, registers, rflags, data, stack }: Case): Buffer {
  const record = Buffer.alloc(inputBytes)
  record[0] = code.length
  record.set(code, 1)
  registers.forEach((value, index) => {
    record.writeBigUInt64LE(value, 16 + 8 * index)
  })
  record.writeBigUInt64LE(BigInt(rflags), 16 + 8 * 16)
  record.set(data, 16 + 8 * 17)
  record.set(stack, 16 + 8 * 17 + data.length)
  return record
}

function decodeOutput(output: Buffer, at: number): Result {
  const data = at + 17 * 8 + 4
  return {
    registers: Array.from({ length: 16 }, (_, index) => output.readBigUInt64LE(at + 8 * index)),
    rflags: Number(output.readBigUInt64LE(at + 8 * 16)),
    endedAt: output.readUInt32LE(at + 17 * 8),
    data: output.subarray(data, data + dataWindow.bytes),
    stack: output.subarray(data + dataWindow.bytes, data + dataWindow.bytes + stackWindow.bytes),
  }
}
