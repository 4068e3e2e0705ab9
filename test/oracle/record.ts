import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Case, caseCount, caseOf, sections, seed } from './cases.ts'
import { dataWindow, stackWindow } from './layout.ts'
import { line, type Result, writeVectors } from './vectors.ts'

const source = fileURLToPath(new URL('recorder.c', import.meta.url))
const memoryBytes = dataWindow.bytes + stackWindow.bytes
const vectorBytes = 256 + 4
const inputBytes = 20 + 17 * 8 + vectorBytes + memoryBytes
const outputBytes = 17 * 8 + 8 + vectorBytes + memoryBytes
const casesAtOnce = 20_000

/** Runs every case on this machine's CPU and writes the files anew. Any x86-64 Linux with gcc will do. */
export function record(): void {
  const directory = mkdtempSync(join(tmpdir(), 'kerneltest-recorder-'))
  const program = join(directory, 'recorder')
  execFileSync('gcc', ['-O1', '-no-pie', '-o', program, source])
  const all = sections().flatMap((section) =>
    Array.from({ length: caseCount(section) }, (_, index) => ({ section, input: caseOf(section, index) })),
  )
  const lines = new Map<string, string[]>()
  for (let from = 0; from < all.length; from += casesAtOnce) {
    const some = all.slice(from, from + casesAtOnce)
    const input = Buffer.concat(some.map((one) => encodeInput(one.input)))
    const output = execFileSync(program, { input, maxBuffer: 2 ** 30 })
    some.forEach(({ section, input }, index) => {
      const list = lines.get(section.name) ?? []
      lines.set(section.name, list)
      list.push(line(input, decodeOutput(output, index * outputBytes)))
    })
  }
  const cpu = execFileSync(program, ['--cpuid'], { encoding: 'utf8' }).trim()
  writeVectors(`# ${cpu}, recorder.c, cases.ts with seed "${seed}"`, lines)
  rmSync(directory, { recursive: true })
}

function encodeInput({ form, code, registers, rflags, vectors, mxcsr, data, stack }: Case): Buffer {
  const record = Buffer.alloc(inputBytes)
  record[0] = form.bits
  record[1] = form.stackBits
  record[2] = code.length
  record.set(code, 3)
  registers.forEach((value, index) => {
    record.writeBigUInt64LE(value, 20 + 8 * index)
  })
  record.writeBigUInt64LE(BigInt(rflags), 20 + 8 * 16)
  record.set(vectors, 20 + 8 * 17)
  record.writeUInt32LE(mxcsr, 20 + 8 * 17 + vectors.length)
  const memory = 20 + 8 * 17 + vectorBytes
  record.set(data, memory)
  record.set(stack, memory + data.length)
  return record
}

function decodeOutput(output: Buffer, at: number): Result {
  const vectors = at + 17 * 8 + 8
  const data = vectors + vectorBytes
  return {
    registers: Array.from({ length: 16 }, (_, index) => output.readBigUInt64LE(at + 8 * index)),
    rflags: Number(output.readBigUInt64LE(at + 8 * 16)),
    endedAt: output.readUInt32LE(at + 17 * 8),
    errorCode: output.readUInt32LE(at + 17 * 8 + 4),
    vectors: output.subarray(vectors, vectors + 256),
    mxcsr: output.readUInt32LE(vectors + 256),
    data: output.subarray(data, data + dataWindow.bytes),
    stack: output.subarray(data + dataWindow.bytes, data + dataWindow.bytes + stackWindow.bytes),
  }
}
