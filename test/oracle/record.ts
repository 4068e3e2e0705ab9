import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Case, caseCount, caseOf, type Section, sections, seed } from './cases.ts'
import { areaBytes, readArea, writeArea } from './fxsave-area.ts'
import { dataWindow, stackWindow } from './layout.ts'
import { line, type Result, writeVectors } from './vectors.ts'

const source = fileURLToPath(new URL('recorder.c', import.meta.url))
const memoryBytes = dataWindow.bytes + stackWindow.bytes
const inputBytes = 20 + 17 * 8 + areaBytes + memoryBytes
const outputBytes = 17 * 8 + 8 + areaBytes + memoryBytes
const casesAtOnce = 20_000

/** Runs every case on this machine's CPU and writes the files anew. Any x86-64 Linux with gcc will do. */
export function record(): void {
  const directory = mkdtempSync(join(tmpdir(), 'kerneltest-recorder-'))
  const program = join(directory, 'recorder')
  execFileSync('gcc', ['-O1', '-no-pie', '-o', program, source])
  const all = sections().flatMap((section) =>
    Array.from({ length: caseCount(section) }, (_, index) => ({ section, input: caseOf(section, index) })),
  )
  const recorded = new Map<string, { section: Section; lines: string[] }>()
  for (let from = 0; from < all.length; from += casesAtOnce) {
    const some = all.slice(from, from + casesAtOnce)
    const input = Buffer.concat(some.map((one) => encodeInput(one.input)))
    const output = execFileSync(program, { input, maxBuffer: 2 ** 30 })
    some.forEach(({ section, input }, index) => {
      const own = recorded.get(section.name) ?? { section, lines: [] }
      recorded.set(section.name, own)
      own.lines.push(line(input, decodeOutput(output, index * outputBytes)))
    })
  }
  const cpu = execFileSync(program, ['--cpuid'], { encoding: 'utf8' }).trim()
  writeVectors(`# ${cpu}, recorder.c, cases.ts with seed "${seed}"`, [...recorded.values()])
  rmSync(directory, { recursive: true })
}

function encodeInput({ form, code, registers, rflags, float, data, stack }: Case): Buffer {
  const record = Buffer.alloc(inputBytes)
  record[0] = form.bits
  record[1] = form.stackBits
  record[2] = code.length
  record.set(code, 3)
  registers.forEach((value, index) => {
    record.writeBigUInt64LE(value, 20 + 8 * index)
  })
  record.writeBigUInt64LE(BigInt(rflags), 20 + 8 * 16)
  record.set(writeArea(float), 20 + 8 * 17)
  const memory = 20 + 8 * 17 + areaBytes
  record.set(data, memory)
  record.set(stack, memory + data.length)
  return record
}

function decodeOutput(output: Buffer, at: number): Result {
  const area = at + 17 * 8 + 8
  const data = area + areaBytes
  return {
    registers: Array.from({ length: 16 }, (_, index) => output.readBigUInt64LE(at + 8 * index)),
    rflags: Number(output.readBigUInt64LE(at + 8 * 16)),
    endedAt: output.readUInt32LE(at + 17 * 8),
    errorCode: output.readUInt32LE(at + 17 * 8 + 4),
    float: readArea(output.subarray(area, data)),
    data: output.subarray(data, data + dataWindow.bytes),
    stack: output.subarray(data + dataWindow.bytes, data + dataWindow.bytes + stackWindow.bytes),
  }
}
