import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Case } from './cases.ts'
import { areaBytes, readArea, writeArea } from './fxsave-area.ts'
import { dataWindow, stackWindow } from './layout.ts'
import type { Result } from './vectors.ts'

const source = fileURLToPath(new URL('recorder.c', import.meta.url))
const memoryBytes = dataWindow.bytes + stackWindow.bytes
const inputBytes = 20 + 17 * 8 + areaBytes + memoryBytes
const outputBytes = 17 * 8 + 8 + areaBytes + memoryBytes

/** Runs cases on this machine's CPU. */
export type Recorder = (cases: readonly Case[]) => readonly Result[]

/** For as long as `use` runs. Any x86-64 Linux with gcc will do. `cpu`: its vendor and signature. */
export function withRecorder<Answer>(use: (record: Recorder, cpu: string) => Answer): Answer {
  const directory = mkdtempSync(join(tmpdir(), 'kerneltest-recorder-'))
  try {
    const program = join(directory, 'recorder')
    execFileSync('gcc', ['-O1', '-no-pie', '-o', program, source])
    const cpu = execFileSync(program, ['--cpuid'], { encoding: 'utf8' }).trim()
    return use((cases) => {
      const input = Buffer.alloc(cases.length * inputBytes)
      cases.forEach((one, index) => {
        encodeInput(one, input.subarray(index * inputBytes))
      })
      const output = execFileSync(program, { input, maxBuffer: 2 ** 30 })
      return cases.map((_, index) => decodeOutput(output, index * outputBytes))
    }, cpu)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function encodeInput({ form, code, registers, rflags, float, data, stack }: Case, record: Buffer): void {
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
