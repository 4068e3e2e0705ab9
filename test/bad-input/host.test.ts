import { afterAll, describe, expect, test } from 'vitest'
import { command, kerneltest, mainPath } from '../cli/command.ts'
import { kernel } from '../kernels/build.ts'
import { awkwardFolder, writeBadFiles } from './files.ts'

const folder = awkwardFolder()
const cwd = folder.path
writeBadFiles(cwd)
afterAll(() => folder.remove())

const image = kernel('script')

/** The command that installs a package depends on the system. */
function steady(stderr: string): string {
  return folder.steady(stderr).replace(/(?<=Install it \()[^)]*/, '<command>')
}

describe('a host that lacks something', () => {
  const withoutQemu = { env: { PATH: '/none', KERNELTEST_QEMU: '' } }

  test('QEMU, which most images do not need', async () => {
    expect(await kerneltest(['run', image, '--cmdline', 'Ax'], withoutQemu)).toEqual({
      status: 0,
      stdout: 'line A\n',
      stderr: 'kerneltest: note: engine: embedded\nkerneltest: ok: the guest exited with 0x10 (status 33)\n',
    })
    expect(await kerneltest(['run', kernel('disk-writer')], withoutQemu)).toMatchObject({ status: 0 })
  })

  test('QEMU, where the machine needs it', async () => {
    const { status, stderr } = await kerneltest(['run', image, '--cpus', '2'], withoutQemu)
    expect(status).toBe(3)
    expect(steady(stderr)).toMatchInlineSnapshot(`
      "kerneltest: note: engine: qemu, because the machine has 2 CPUs
      kerneltest: KT3001: qemu-system-x86_64 is not installed: it is not in PATH; QEMU was chosen because the machine has 2 CPUs
        Install it (<command>), or set KERNELTEST_QEMU to its path.
      "
    `)
  })

  test('a directory for temporary files', async () => {
    const { status, stderr } = await kerneltest(['run', image, '--engine', 'qemu'], {
      env: { TMPDIR: '/none' },
    })
    expect(status).toBe(3)
    expect(steady(stderr).replace(/kerneltest-\w{6}/, 'kerneltest-XXXXXX')).toMatchInlineSnapshot(`
      "kerneltest: KT3014: the directory for temporary files, /none, cannot be used: ENOENT: no such file or directory, mkdtemp '/none/kerneltest-XXXXXX'
        Set TMPDIR to a directory that exists, may be written and has some MiB free.
      "
    `)
  })

  test('room for the memory of a machine', async () => {
    const words = [process.execPath, mainPath, 'run', image, '--engine', 'embedded', '--memory', '3G']
    const { status, stderr } = await command('sh', ['-c', 'ulimit -v 3000000; "$@"', 'sh', ...words])
    expect(status).toBe(3)
    expect(stderr).toMatchInlineSnapshot(`
      "kerneltest: KT3017: this host has no room for a machine with 3072 MiB of memory
        Give the machine less memory (option memory), or run fewer machines at once.
      "
    `)
  })

  test('room on the disk that standard output goes to', async () => {
    const words = [process.execPath, mainPath, 'run', image, '--cmdline', 'Ax']
    const { status, stderr } = await command('sh', ['-c', '"$@" >/dev/full', 'sh', ...words])
    expect(status).toBe(2)
    expect(stderr).toMatchInlineSnapshot(`
      "kerneltest: note: engine: embedded
      kerneltest: KT6011: standard output could not be written: ENOSPC: no space left on device, write
        Make room on the disk that it goes to.
      "
    `)
  })

  test('a reader: the run goes on to its verdict', async () => {
    const words = [process.execPath, mainPath, 'run', image, '--cmdline', 'wwABCwwDEx']
    const { stderr } = await command('sh', ['-c', '"$@" | true', 'sh', ...words])
    expect(stderr).toContain('\nkerneltest: ok: the guest exited with 0x10 (status 33)\n')
  })
})

const tooManyDisks = Array(5).fill(['--disk', 'sparse.img']).flat()

describe.concurrent('options that no machine can have', () => {
  test.for<[string, string[]]>([
    ['an address of more than 64 bits', ['--until', '0x10000000000000000']],
    ['a module of 5 GB', ['--module', 'sparse.img']],
    ['a module that is a directory', ['--module', 'directory.iso']],
    ['a module that is not there', ['--module', 'none']],
    ['a disk that is not there', ['--disk', 'none']],
    ['more disks than there are places', tooManyDisks],
    ['more disks than there are places in QEMU', ['--engine', 'qemu', ...tooManyDisks]],
    ['less memory than a PC', ['--memory', '1M']],
    ['more memory than the embedded engine gives', ['--engine', 'embedded', '--memory', '4G']],
    ['a processor that the embedded engine has not', ['--engine', 'embedded', '--cpu', 'max']],
    ['UEFI for a kernel that is loaded directly', ['--firmware', 'uefi']],
  ])('%s', async ([_, options], { expect }) => {
    const { status, stdout, stderr } = await kerneltest(['run', image, ...options], { cwd })
    expect({
      status,
      stdout,
      stderr: steady(stderr).replaceAll(/\S*qemu-system-x86_64/g, 'QEMU'),
    }).toMatchSnapshot()
  })
})
