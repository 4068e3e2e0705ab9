import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openImageFile } from '../../src/session/image-file.ts'
import { KernelTestError } from '../../src/support/errors.ts'
import { kernel } from '../kernels/build.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest image "file" '))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** The message, with the temporary folder's name taken out. */
function refusal(path: string): string {
  try {
    openImageFile(path).close()
  } catch (error) {
    if (error instanceof KernelTestError) return error.message.replaceAll(folder, 'FOLDER')
    throw error
  }
  throw new Error('the image was opened')
}

test('opens an image, hashes it and closes it', () => {
  const path = kernel('hello-serial')
  const image = openImageFile(path)
  expect(image.path).toBe(path)
  expect(image.image).toMatchObject({ kind: 'elf', bits: 32 })
  expect(image.source.size).toBe(readFileSync(path).length)
  expect(image.source.read(1, 3)).toEqual(new Uint8Array([0x45, 0x4c, 0x46]))
  expect(image.source.read(image.source.size - 2, 10)).toHaveLength(2)
  expect(image.source.read(image.source.size + 5, 10)).toHaveLength(0)
  expect(image.sha256()).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'))
  image.close()
  image.close()
  expect(() => image.source.read(0, 1)).toThrow('is read before it is closed')
})

test('a path with spaces and quotes is a path', () => {
  const path = file(`a "kernel", it's.bin`, Buffer.alloc(512, 0xf4))
  const image = openImageFile(path)
  expect(image.image.kind).toBe('disk')
  image.close()
})

test('a sparse disk of 5 GB is opened at once', () => {
  const path = file('disk.img', Buffer.concat([Buffer.alloc(510, 0xf4), Buffer.from([0x55, 0xaa])]))
  truncateSync(path, 5_000_000_000)
  const started = process.hrtime.bigint()
  const image = openImageFile(path)
  expect(image.image).toMatchObject({ kind: 'disk', bootSignature: true })
  expect(image.source.size).toBe(5_000_000_000)
  image.close()
  expect(process.hrtime.bigint() - started).toBeLessThan(500_000_000n)
})

test('says what is not there, and what may have been meant', () => {
  file('kernel.elf', 'x')
  expect(refusal(join(folder, 'kernal.elf'))).toMatchInlineSnapshot(`
    "KT1002: FOLDER/kernal.elf does not exist (looked for in FOLDER)
      Did you mean \`kernel.elf\`?"
  `)
  expect(refusal(join(folder, 'something else'))).toMatchInlineSnapshot(`
    "KT1002: FOLDER/something else does not exist (looked for in FOLDER)
      Was it built? Look at the path and at the working directory, or name the image by its full path."
  `)
  expect(refusal(join(folder, 'build', 'kernel.elf'))).toMatchInlineSnapshot(`
    "KT1002: FOLDER/build/kernel.elf does not exist (looked for in FOLDER/build)
      Was it built? Look at the path and at the working directory, or name the image by its full path."
  `)
  expect(refusal(join(folder, 'kernel.elf', 'kernel'))).toMatchInlineSnapshot(`
    "KT1002: FOLDER/kernel.elf/kernel does not exist (looked for in FOLDER/kernel.elf)
      Was it built? Look at the path and at the working directory, or name the image by its full path."
  `)
})

test('says what is no file', () => {
  mkdirSync(join(folder, 'target'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  expect(refusal(join(folder, 'target'))).toMatchInlineSnapshot(`
    "KT1003: FOLDER/target is a directory
      Name the kernel, disk image or ISO inside it."
  `)
  expect(refusal(join(folder, 'pipe'))).toMatchInlineSnapshot(`
    "KT1003: FOLDER/pipe is a pipe or a socket, not a file
      Copy what it holds into a file (cat PATH > disk.img) and name that."
  `)
  expect(refusal('/dev/null')).toMatchInlineSnapshot(`
    "KT1003: /dev/null is a device, not a file
      Copy what it holds into a file (cat PATH > disk.img) and name that."
  `)
})

test('names the file in what it says about its content', () => {
  expect(refusal(file('empty.bin', ''))).toMatchInlineSnapshot(`
    "KT1005: FOLDER/empty.bin is empty
      Look at the build step that makes it: it has failed, or it is still running."
  `)
  expect(refusal(file('three.bin', '\x01\x02\x03'))).toMatchInlineSnapshot(`
    "KT1006: FOLDER/three.bin has 3 bytes: too few for a boot sector (512), and it is no ELF file
      Hand over the kernel that your build makes: an ELF file, a disk image, an ISO or a bzImage."
  `)
  expect(refusal(file('kernel.ld', 'ENTRY(start)\n'))).toMatchInlineSnapshot(`
    "KT1006: FOLDER/kernel.ld is a text file
      Hand over the kernel that your build makes: an ELF file, a disk image, an ISO or a bzImage."
  `)
})

test('passes on what the operating system says', () => {
  expect(refusal(join(folder, 'x'.repeat(300)))).toMatch(/^KT1001: .* could not be read: ENAMETOOLONG/)
})

/** Root may read everything: as root this acts as the user `nobody` for a moment. */
function asNobody<T>(act: () => T): T {
  if (process.geteuid?.() !== 0) return act()
  process.seteuid?.(65_534)
  try {
    return act()
  } finally {
    process.seteuid?.(0)
  }
}

test('says that the user may not read the file', () => {
  chmodSync(folder, 0o755)
  const path = file('secret.elf', readFileSync(kernel('hello-serial')))
  chmodSync(path, 0o000)
  expect(asNobody(() => refusal(path))).toMatchInlineSnapshot(`
    "KT1004: FOLDER/secret.elf may not be read by this user
      Look at it with ls -l, and at the directories above it; then chmod +r, or sudo chown "$USER", the file."
  `)
  chmodSync(folder, 0o000)
  expect(asNobody(() => refusal(path))).toMatch(/^KT1004/)
  chmodSync(folder, 0o755)
  chmodSync(path, 0o644)
  expect(() => asNobody(() => openImageFile(path).close())).not.toThrow()
})
