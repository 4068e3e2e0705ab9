import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CpuOptions } from '../../../src/boot/plan.ts'

/** How a compiler is asked for code. */
export interface Build {
  readonly name: string
  readonly flags: readonly string[]
  /** What the machine has to be made with. */
  readonly features?: CpuOptions['features']
}

const folder = fileURLToPath(new URL('sources/', import.meta.url))

const always = [
  ...[
    '-std=gnu17',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-ffreestanding',
    '-fno-strict-aliasing',
    '-nostdlib',
    '-static',
    '-no-pie',
  ],
  ...['-fno-pie', '-fno-stack-protector', '-fcf-protection=none', '-fno-asynchronous-unwind-tables'],
  ...['-Wl,--build-id=none', '-Wl,-z,max-page-size=4096', '-s', '-T', 'program.ld'],
]

/** Compiles a program into `to`, an ELF that is both a kernel and a process of Linux. */
export function buildProgram(sources: readonly string[], { flags }: Build, to: string): void {
  const start = ['-x', 'assembler-with-cpp', 'start.s', '-x', 'none']
  const files = [...start, 'runtime.c', ...sources.map((source) => `${source}.c`)]
  try {
    execFileSync('gcc', [...always, ...flags, '-o', to, ...files], { cwd: folder, stdio: 'pipe' })
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new Error('gcc is not installed: without it no program can be compiled (apt-get install gcc)')
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'
