import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { elfBytes, soundProgram } from '../image/elf-bytes.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))

/** An image of the examples, as it is committed. */
export function example(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(examples, path)))
}

/** A directory whose path has what shells and QEMU's option syntax have uses for. */
export interface AwkwardFolder {
  readonly path: string
  remove(): void
  /** The text without the part of the path that differs from run to run. */
  steady(text: string): string
}

export function awkwardFolder(): AwkwardFolder {
  const above = mkdtempSync(join(tmpdir(), 'kerneltest-bad-input-'))
  const path = join(above, `it's, "bad" input,,file=x %s`)
  mkdirSync(path)
  return {
    path,
    remove: () => rmSync(above, { recursive: true }),
    steady: (text) => text.replaceAll(above, '…'),
  }
}

const upperHalf = 0xffff_ffff_8800_0000n
/** 5 GiB, of which one sector takes space. */
export const sparseBytes = 5 * 2 ** 30

/** Everything that somebody may hand over and that is no sound image. Each by the name of its file. */
export const badFiles: Readonly<Record<string, Uint8Array>> = {
  'empty.bin': new Uint8Array(),
  'three-bytes.bin': Uint8Array.of(1, 2, 3),
  'notes.txt': Buffer.from('Remember to build the kernel.\n'),
  'aarch64.elf': elfBytes({ machine: 183 }),
  'cut-in-its-header.elf': example('higher-half/higher-half.elf').subarray(0, 40),
  'cut-in-its-program-headers.elf': example('higher-half/higher-half.elf').subarray(0, 100),
  'cut-in-a-segment.elf': example('higher-half/higher-half.elf').subarray(0, 0x1100),
  'overlapping.elf': elfBytes({
    programs: [soundProgram, { ...soundProgram, virtual: 0x10_0080n, access: 'rw-' }],
  }),
  'wrapping.elf': elfBytes({
    entry: 0xffff_ffff_ffff_f000n,
    programs: [
      { ...soundProgram, virtual: 0xffff_ffff_ffff_f000n, physical: 0x10_0000n, memorySize: 0x1_0000n },
    ],
  }),
  'entry-in-a-hole.elf': elfBytes({
    entry: upperHalf + 0x8_0000n,
    programs: [
      { ...soundProgram, virtual: upperHalf, physical: 0x10_0000n },
      { ...soundProgram, virtual: upperHalf + 0x10_0000n, physical: 0x20_0000n, access: 'rw-' },
    ],
  }),
  'no-header-32-bit.elf': elfBytes({ bits: 32 }),
  'no-boot-signature.img': new Uint8Array(1024),
}

/** Writes {@link badFiles}, a directory and a sparse disk into `folder`. */
export function writeBadFiles(folder: string): void {
  for (const [name, bytes] of Object.entries(badFiles)) writeFileSync(join(folder, name), bytes)
  mkdirSync(join(folder, 'directory.iso'))
  const sparse = join(folder, 'sparse.img')
  writeFileSync(sparse, example('boot-sector/boot-sector.img'))
  truncateSync(sparse, sparseBytes)
}
