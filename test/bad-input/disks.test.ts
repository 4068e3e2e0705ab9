import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { kerneltest } from '../cli/command.ts'
import { testQemus } from '../engines/qemu/test-qemus.ts'
import { kernel } from '../kernels/build.ts'
import { awkwardFolder } from './files.ts'

const folder = awkwardFolder()
const disk = join(folder.path, 'read-only.img')
copyFileSync(kernel('disk-writer'), disk)
truncateSync(disk, 2 << 20)
chmodSync(disk, 0o444)
chmodSync(folder.path, 0o555)
afterAll(() => {
  chmodSync(folder.path, 0o755)
  folder.remove()
})

/** All by which a write would show. */
function fingerprint(path: string): object {
  const { ino, size, mode, mtimeMs, ctimeMs } = statSync(path)
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  return { ino, size, mode, mtimeMs, ctimeMs, sha256 }
}

const engines = [
  ...testQemus.map(({ version, path }) => ({
    name: `QEMU ${version}`,
    machine: 'q35',
    env: { KERNELTEST_ENGINE: 'qemu', KERNELTEST_QEMU: path },
  })),
  { name: 'the embedded engine', machine: 'pc', env: { KERNELTEST_ENGINE: 'embedded' } },
]

describe.each(engines)('on $name', ({ name, machine, env }) => {
  test('the disk that a guest boots from and writes to stays as it was, two runs at once', async () => {
    const before = fingerprint(disk)
    const run = ['run', disk, '--disk', disk, '--machine', machine]
    const results = await Promise.all([1, 2].map(() => kerneltest(run, { env })))
    const ok = {
      status: 0,
      stdout: 'OK\r\n',
      stderr: 'kerneltest: ok: the guest exited with 0x10 (status 33)\n',
    }
    expect(results).toEqual([ok, ok])
    expect(fingerprint(disk)).toEqual(before)
  })

  test('what is wrong with a disk is told as a note, and it boots', async () => {
    const short = join(folder.path, '..', `short ${name}.img`)
    const bytes = readFileSync(disk)
    bytes.set([0x80, 1, 1, 0, 0x83, 15, 63, 19, 63, 0, 0, 0, 0, 0, 1, 0], 446)
    writeFileSync(short, bytes)
    expect(await kerneltest(['run', short], { env })).toEqual({
      status: 0,
      stdout: 'OK\r\n',
      stderr:
        'kerneltest: note: partition 1 ends past the end of the image: the image was cut short, or the table is of another disk: reads beyond the end fail [partition-past-end]\nkerneltest: ok: the guest exited with 0x10 (status 33)\n',
    })
  })

  test('so does one that may be written', async () => {
    const open = join(folder.path, '..', `writable ${name}.img`)
    writeFileSync(open, readFileSync(disk))
    const before = fingerprint(open)
    expect(await kerneltest(['run', open], { env })).toMatchObject({ status: 0, stdout: 'OK\r\n' })
    expect(fingerprint(open)).toEqual(before)
  })
})
