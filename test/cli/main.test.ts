import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type CommandResult, kerneltest } from './command.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('help', () => {
  test('of kerneltest', async () => {
    expect((await kerneltest(['--help'])).stdout).toMatchInlineSnapshot(`
      "Tests bare-metal x86-64 kernels.

        kerneltest [FILE…] [OPTIONS]   run the project's tests: test files and kernel images (Vitest's options)
        kerneltest run IMAGE           boot one image, stream its serial port, say how it ended
        kerneltest inspect IMAGE       what an image is, how it can boot, and what is wrong with it
        kerneltest report              write the last run's screenshots and serial logs as one HTML page
        kerneltest doctor              which engines work here, and what is missing

        --help      this text, or that of a command: kerneltest run --help
        --version   the version of kerneltest

      Exit status: 0 as expected, 1 not, 2 usage, 3 the engine or the image could not start,
      124 a limit that no --expect named, 130 interrupted.
      "
    `)
  })

  test('of run', async () => {
    expect((await kerneltest(['run', '--help'])).stdout).toMatchInlineSnapshot(`
      "kerneltest run IMAGE [OPTIONS]

      Boots IMAGE (an ELF kernel, disk image, ISO or Linux bzImage), writes what it prints on its first
      serial port to standard output, and the verdict to standard error.

        --engine NAME         what runs the guest: auto (default), embedded or qemu
        --machine NAME        pc (default) or q35
        --memory SIZE         as 512M or 2G; default 128M, 256M with UEFI
        --cpus NUMBER         default 1
        --cpu MODEL           x86-64-v2 or max, with features: x86-64-v2,+la57,+pku; or +la57
        --seed NUMBER         where the random numbers of RDRAND begin
        --firmware NAME       bios (default) or uefi, for disks and ISOs
        --cmdline TEXT        the kernel's command line
        --module FILE         a multiboot module; for Linux the initrd
        --disk FILE           a further disk, never written to
        --floppy FILE         in a further floppy drive; none: an empty one
        --cd FILE             in a further CD drive; none: an empty one
        --boot-order DRIVES   first tried first, as cd1,boot; default boot, the image
        --start-time TIME     what the clock shows at power-on, as 2024-02-29T23:59:30
        --protocol NAME       how to boot: one of those that inspect names, default the first
        --until POINT         stop there: a symbol, 0xADDRESS, text=/…/, screen=/…/ or waitsForKey
        --expect END          how the run should go; default exit=0x10
        --limit TIME          guest time, as 500ms, 30s, 2m; default 30s, 60s with UEFI
        --exit-port PORT      of isa-debug-exit, as 0xf4, 0x501,2 (with its size) or none
        --screenshot FILE     write the last screen as PNG
        --json                print one JSON object, and nothing else, on standard output

      --expect may be given several times and all must hold:
        exit=0x10, status=33, deadHalt, hang, shutdown, reset, tripleFault, limit, limit=idle, limit=busy,
        limit=waitsForKey, limit=firmware (nothing was booted), text=/…/ (printed on any port),
        screen=/…/ (shown). Without /…/ a text is taken literally.
      With texts and screens alone the run stops as soon as all have come.

      As a cargo runner ("runner = 'kerneltest run'"): what cargo puts after the image is ignored, and
      [package.metadata.bootimage] and [package.metadata.kerneltest] of Cargo.toml are read.
      "
    `)
  })

  test.each(['inspect', 'report', 'doctor'])('of %s', async (command) => {
    expect(await kerneltest([command, '--help'])).toMatchSnapshot()
  })

  test('the version', async () => {
    expect(await kerneltest(['--version'])).toMatchObject({ status: 0, stdout: 'kerneltest 0.1.0\n' })
  })
})

test('Windows is refused in one sentence', async () => {
  const asWindows = 'Object.defineProperty(process, "platform", { value: "win32" })'
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(asWindows)}` }
  expect(await kerneltest(['run', 'kernel.elf'], { env })).toMatchInlineSnapshot(`
    {
      "status": 2,
      "stderr": "kerneltest: KT6007: kerneltest does not run on Windows yet
      Use it in WSL: \`wsl --install\`, then the commands of the README.
    ",
      "stdout": "",
    }
  `)
})

describe('doctor', () => {
  const versions = (text: string) =>
    text.replace(/^Node.*$/m, 'Node.js …').replace(/qemu: [\d.]+.*$/m, 'qemu: …')

  test('names the engines that work', async () => {
    const { status, stdout, stderr } = await kerneltest(['doctor'])
    expect({ status, stdout: versions(stdout), stderr }).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "Node.js …
      engine qemu: …
      engine embedded: 0.1.0, built in
      ",
      }
    `)
  })

  test('says what is missing and how to install it', async () => {
    const { status, stdout } = await kerneltest(['doctor'], { env: { KERNELTEST_QEMU: '/no/such/qemu' } })
    expect({ status, stdout: versions(stdout) }).toMatchInlineSnapshot(`
      {
        "status": 3,
        "stdout": "Node.js …
      engine qemu: cannot be used
        missing: KERNELTEST_QEMU names /no/such/qemu, which is no executable file
          Set it to the path of qemu-system-x86_64, or unset it to use the one in PATH.
      engine embedded: 0.1.0, built in
      ",
      }
    `)
  })
})

describe('tests', () => {
  /** A project with the given files and the packages of this one. */
  function project(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'kerneltest-project-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const name of ['passing.elf', 'failing.elf']) {
      cpSync(join(root, 'examples/guest-tests', name), join(folder, name))
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return folder
  }

  /** Vitest lists slow tests one by one, and this machine may be slow. */
  const slow = '--slowTestThreshold=100000'
  const plainTest = `import { expect, test } from 'vitest'\ntest('adds', () => expect(1 + 1).toBe(2))\n`

  /** Without times, and without the project's own place. */
  function steady({ status, stdout, stderr }: CommandResult, folder: string): CommandResult {
    const plain = (text: string) =>
      text
        .replaceAll(folder, '…')
        .replace(/^ RUN .*$/m, ' RUN')
        .replace(/^ +(Start at|Duration) .*\n/gm, '')
        .replaceAll(/ \d+ms$/gm, '')
    return { status, stdout: plain(stdout), stderr: plain(stderr) }
  }

  test('without a configuration: the test files, and the images that are named', async () => {
    const folder = project({ 'plain.test.ts': plainTest })
    const named = await kerneltest(['passing.elf', 'plain.test.ts', slow], { cwd: folder })
    expect(steady(named, folder)).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "
       RUN

       ✓ |kernels| passing.elf (3 tests)
       ✓ |tests| plain.test.ts (1 test)

       Test Files  2 passed (2)
            Tests  4 passed (4)

      ",
      }
    `)
    const all = await kerneltest([slow], { cwd: folder })
    expect(steady(all, folder)).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "
       RUN

       ✓ |tests| plain.test.ts (1 test)

       Test Files  1 passed (1)
            Tests  1 passed (1)

      ",
      }
    `)
  })

  test('a failure is status 1, and Vitest’s options hold', async () => {
    const folder = project({})
    const result = await kerneltest(['failing.elf', '--reporter=json', '-t', 'two_and_two_are_five'], {
      cwd: folder,
    })
    expect(result.status).toBe(1)
    expect(JSON.parse(result.stdout)).toMatchObject({ numFailedTests: 1, numPassedTests: 0, success: false })
  })

  test('with a configuration: its projects', async () => {
    const folder = project({
      'plain.test.ts': plainTest,
      'vitest.config.mjs': `export default { test: { include: ['*.test.ts'], name: 'mine' } }`,
    })
    const result = await kerneltest(['--reporter=verbose'], { cwd: folder })
    expect(steady(result, folder)).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "
       RUN

       ✓ |mine| plain.test.ts > adds

       Test Files  1 passed (1)
            Tests  1 passed (1)

      ",
      }
    `)
  })

  test('a misspelt option of Vitest', async () => {
    expect(await kerneltest(['--reportr=json'], { cwd: project({}) })).toMatchInlineSnapshot(`
      {
        "status": 2,
        "stderr": "kerneltest: KT6001: there is no option \`--reportr\`
        Did you mean \`--reporter\`? The options of \`kerneltest\` without a command are Vitest's.
      ",
        "stdout": "",
      }
    `)
  })

  test('a misspelt command is none of them, but a part of a path is', async () => {
    const folder = project({ 'runs.test.ts': plainTest })
    expect(await kerneltest(['rnu', 'passing.elf'], { cwd: folder })).toMatchInlineSnapshot(`
      {
        "status": 2,
        "stderr": "kerneltest: KT6001: there is no command, and no file, \`rnu\`
        Did you mean \`kerneltest run\`? Without a command, words name tests to run.
      ",
        "stdout": "",
      }
    `)
    expect(await kerneltest(['runs', slow], { cwd: folder })).toMatchObject({ status: 0 })
  })
})
