import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { EngineName } from '../../src/engines/engine.ts'
import { mainPath } from '../cli/command.ts'
import { kernel } from '../kernels/build.ts'

export interface Flood {
  readonly status: number | null
  readonly stderr: string
  readonly bytes: number
  readonly sha256: string
  /** The most memory that the process of `kerneltest` ever had, in bytes; QEMU's own is not in it. */
  readonly peakMemory: number
}

/** `kerneltest run` of a guest that prints so many MiB, read as a pipe is. */
export function runFlood(engine: EngineName, mebibytes: number): Promise<Flood> {
  const options = ['--engine', engine, '--cmdline', String(mebibytes), '--limit', '30m']
  const run = ['run', kernel('flood'), ...options]
  const child = spawn(process.execPath, [mainPath, ...run], { stdio: ['ignore', 'pipe', 'pipe'] })
  const hash = createHash('sha256')
  let bytes = 0
  let peakMemory = 0
  let stderr = ''
  child.stdout.on('data', (piece: Buffer) => {
    hash.update(piece)
    bytes += piece.length
    peakMemory = Math.max(peakMemory, peakMemoryOf(child.pid))
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) =>
      resolve({ status, stderr, bytes, sha256: hash.digest('hex'), peakMemory }),
    )
  })
}

function peakMemoryOf(pid: number | undefined): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kibibytes ?? 0) * 1024
  } catch {
    // It has just ended.
    return 0
  }
}

/** Of what the guest prints. */
export function floodHash(mebibytes: number): string {
  const hash = createHash('sha256')
  const piece = new Uint8Array(1 << 20)
  let state = 0
  for (let index = 0; index < mebibytes; index++) {
    for (let at = 0; at < piece.length; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      piece[at] = state >>> 24
    }
    hash.update(piece)
  }
  return hash.digest('hex')
}
