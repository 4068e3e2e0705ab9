import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { decodePng } from '../../src/report/png.ts'
import { bootDisc, discPlaces, emulations } from '../engines/boot-disc.ts'
import { kernel } from '../kernels/build.ts'
import { command, kerneltest, mainPath } from './command.ts'

/** `kerneltest run` of the guest that does what the letters of `script` say. */
function run(script: string, ...options: string[]) {
  return kerneltest(['run', kernel('script'), '--cmdline', script, '--limit', '10s', ...options])
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'kerneltest "cli" '))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

describe('on QEMU', () => {
  test('as expected', async () => {
    expect(await run('ABx', '--engine', 'qemu')).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "kerneltest: ok: the guest exited with 0x10 (status 33)
      ",
        "stdout": "line A
      line B
      ",
      }
    `)
  })

  test('a crash', async () => {
    expect(await run('At', '--engine', 'qemu')).toMatchInlineSnapshot(`
      {
        "status": 1,
        "stderr": "kerneltest: not ok: the guest triple-faulted at 0x10016a (triple_fault+0x7); expected it to exit with 0x10 (status 33)
      ",
        "stdout": "line A
      ",
      }
    `)
  })

  test('texts may have been followed by others before it stops', async () => {
    const texts = ['--expect', 'text=/line [B-Z]/', '--expect', 'screen=show']
    expect(await run('AwsB', '--engine', 'qemu', ...texts)).toMatchObject({ status: 0 })
  })

  test('a processor of choice', async () => {
    expect(await run('x', '--engine', 'qemu', '--cpu', 'x86-64-v2,+la57')).toMatchObject({ status: 0 })
  })
})

test('a run loads only what it needs: no engine beside its worker, no PNG, no TOML', async () => {
  const coverage = folder()
  await kerneltest(['run', kernel('script'), '--cmdline', 'x'], { env: { NODE_V8_COVERAGE: coverage } })
  const loaded = readdirSync(coverage).flatMap((file) => scriptsOf(join(coverage, file)))
  expect(loaded).toContain('dist/src/cli/run.js')
  expect(loaded.filter((path) => /src\/machine|engines\/.*\.js$|pngjs|smol-toml/.test(path))).toEqual([])
})

/** Of a report of V8's coverage. */
function scriptsOf(report: string): readonly string[] {
  const { result }: { result: readonly { url: string }[] } = JSON.parse(readFileSync(report, 'utf8'))
  return result.map(({ url }) => url.slice(url.search(/dist\/src|node_modules/)))
}

describe('on the embedded engine', () => {
  test('a processor of choice', async () => {
    const options = ['--engine', 'embedded', '--cpu', '+la57,+pku', '--seed', '7', '--json']
    expect(await run('x', ...options)).toMatchObject({ status: 0 })
  })

  test('what it cannot boot', async () => {
    const image = fileURLToPath(new URL('../../examples/boot-sector/boot-sector.img', import.meta.url))
    expect(await kerneltest(['run', image, '--engine', 'embedded', '--cpus', '2'])).toMatchInlineSnapshot(`
      {
        "status": 3,
        "stderr": "kerneltest: KT3015: the embedded engine has one CPU, not 2
        Use the engine qemu for this image.
      ",
        "stdout": "",
      }
    `)
  })
})

describe('verdicts', () => {
  test('as expected', async () => {
    expect(await run('ABx')).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: ok: the guest exited with 0x10 (status 33)
      ",
        "stdout": "line A
      line B
      ",
      }
    `)
  })

  test('another exit value', async () => {
    expect(await run('Af')).toMatchInlineSnapshot(`
      {
        "status": 1,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: not ok: the guest exited with 0x11 (status 35); 0x11 means failure in blog_os, bootimage; expected it to exit with 0x10 (status 33)
      ",
        "stdout": "line A
      ",
      }
    `)
  })

  test('a crash', async () => {
    expect(await run('At')).toMatchInlineSnapshot(`
      {
        "status": 1,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: not ok: the guest triple-faulted at 0x10016a (triple_fault+0x7); expected it to exit with 0x10 (status 33)
      The faults on the way to it:
        #BP breakpoint at 0x10016a (triple_fault+0x7)
          not delivered: its gate lies beyond the limit of the IDT, at 0x18
        #GP general protection at 0x10016a (triple_fault+0x7)
          error code 0x1a (gate 3 of the IDT)
          not delivered: its gate lies beyond the limit of the IDT, at 0x68
        #GP general protection at 0x10016a (triple_fault+0x7)
          error code 0x6b (gate 13 of the IDT, while an event was delivered)
        #DF double fault at 0x10016a (triple_fault+0x7)
          error code 0x0
          not delivered: its gate lies beyond the limit of the IDT, at 0x40
        #GP general protection at 0x10016a (triple_fault+0x7)
          error code 0x43 (gate 8 of the IDT, while an event was delivered)
      ",
        "stdout": "line A
      ",
      }
    `)
  })

  test('a guest that halts for good', async () => {
    expect(await run('Ah')).toMatchInlineSnapshot(`
      {
        "status": 1,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: not ok: the guest halted for good at 0x10016c (dead_halt+0x1): HLT with interrupts off; expected it to exit with 0x10 (status 33); if it is meant to end so: --expect deadHalt
      ",
        "stdout": "line A
      ",
      }
    `)
  })

  test('a limit that nobody named', async () => {
    expect(await kerneltest(['run', kernel('script'), '--limit', '1s'])).toMatchInlineSnapshot(`
      {
        "status": 124,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: not ok: the guest reached its time limit of 1 s while it was busy; expected it to exit with 0x10 (status 33); if it is meant to end so: --expect limit=busy
      ",
        "stdout": "",
      }
    `)
  })

  test('a limit that was expected, and one of another kind', async () => {
    const limited = ['run', kernel('script'), '--limit', '1s', '--expect']
    expect(await kerneltest([...limited, 'limit=busy'])).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: ok: the guest reached its time limit of 1 s while it was busy
      ",
        "stdout": "",
      }
    `)
    expect(await kerneltest([...limited, 'limit=idle'])).toMatchInlineSnapshot(`
      {
        "status": 1,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: not ok: the guest reached its time limit of 1 s while it was busy; expected it to reach its time limit while it was idle (limit=idle)
      ",
        "stdout": "",
      }
    `)
  })

  test('endings by name, and by status', async () => {
    expect(await run('t', '--expect', 'tripleFault')).toMatchObject({ status: 0 })
    expect(await run('f', '--expect=status=35')).toMatchObject({ status: 0 })
    expect(await run('h', '--expect', 'deadHalt')).toMatchObject({ status: 0 })
  })
})

describe('texts and screens', () => {
  test('stop the run when all have come', async () => {
    expect(
      await run('AwsB', '--expect', 'text=/line [B-Z]/', '--expect', 'screen=show'),
    ).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: ok: everything expected has come
      ",
        "stdout": "line A
      line B",
      }
    `)
  })

  test('may come on the debug console', async () => {
    expect(await run('d', '--expect', 'text=debug')).toMatchObject({ status: 0 })
  })

  test('must come, and the ending must be as expected too', async () => {
    expect(await run('Af', '--expect', 'exit=0x11', '--expect', 'text=line Z')).toMatchInlineSnapshot(`
      {
        "status": 1,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: not ok: the guest exited with 0x11 (status 35); never came: text=line Z
      ",
        "stdout": "line A
      ",
      }
    `)
    expect(await run('Af', '--expect', 'exit=0x11', '--expect', 'text=line A')).toMatchObject({ status: 0 })
  })

  test('alone allow any ending but a crash', async () => {
    expect(await run('Af', '--expect', 'text=line Z')).toMatchObject({ status: 1 })
    expect(await run('At', '--expect', 'text=line Z')).toMatchInlineSnapshot(`
      {
        "status": 1,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: not ok: the guest triple-faulted at 0x10016a (triple_fault+0x7); never came: text=line Z
      The faults on the way to it:
        #BP breakpoint at 0x10016a (triple_fault+0x7)
          not delivered: its gate lies beyond the limit of the IDT, at 0x18
        #GP general protection at 0x10016a (triple_fault+0x7)
          error code 0x1a (gate 3 of the IDT)
          not delivered: its gate lies beyond the limit of the IDT, at 0x68
        #GP general protection at 0x10016a (triple_fault+0x7)
          error code 0x6b (gate 13 of the IDT, while an event was delivered)
        #DF double fault at 0x10016a (triple_fault+0x7)
          error code 0x0
          not delivered: its gate lies beyond the limit of the IDT, at 0x40
        #GP general protection at 0x10016a (triple_fault+0x7)
          error code 0x43 (gate 8 of the IDT, while an event was delivered)
      ",
        "stdout": "line A
      ",
      }
    `)
  })

  test('that never come are a limit', async () => {
    const late = ['run', kernel('script'), '--limit', '1s', '--expect', 'text=line Z']
    expect(await kerneltest(late)).toMatchInlineSnapshot(`
      {
        "status": 124,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: not ok: the guest reached its time limit of 1 s while it was busy; never came: text=line Z
      ",
        "stdout": "",
      }
    `)
  })
})

describe('--until', () => {
  test('stops the run at a symbol', async () => {
    expect(await run('AsB', '--until', 'show')).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: ok: the guest reached --until
      ",
        "stdout": "line A
      ",
      }
    `)
  })

  test('may be a text or a screen, and texts must have come by then', async () => {
    expect(await run('AB', '--until', 'text=/line B/', '--expect', 'text=line A')).toMatchObject({
      status: 0,
    })
    expect(await run('As', '--until', 'screen=show', '--expect', 'text=line B')).toMatchInlineSnapshot(`
      {
        "status": 1,
        "stderr": "kerneltest: note: engine: embedded
      ┌──────┐
      │      │
      │      │
      │ show │
      └──────┘
      kerneltest: not ok: the guest reached --until; never came: text=line B
      ",
        "stdout": "line A
      ",
      }
    `)
  })

  test('may be the wait for a key', async () => {
    const disk = kernel('disk-user')
    expect(await kerneltest(['run', disk, '--until', 'waitsForKey', '--limit', '5s'])).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('ok: the guest reached --until\n'),
    })
    expect(await kerneltest(['run', disk, '--expect', 'limit=waitsForKey', '--limit', '5s'])).toMatchObject({
      status: 0,
    })
  })

  test('that is not reached is a failure', async () => {
    expect(await run('Ax', '--until', 'show')).toMatchInlineSnapshot(`
      {
        "status": 1,
        "stderr": "kerneltest: note: engine: embedded
      kerneltest: not ok: the guest exited with 0x10 (status 33); it did not reach --until
      ",
        "stdout": "line A
      ",
      }
    `)
  })
})

describe.concurrent('what cannot start', () => {
  test.for<[string, string[]]>([
    ['no image', ['run']],
    ['a missing image', ['run', 'no-such-kernel.elf']],
    ['an option that does not exist', ['run', '--expct', 'exit=1', 'kernel.elf']],
    ['a misspelt option after the image', ['run', 'kernel.elf', '--limt', '3s']],
    ['an option without its value', ['run', 'kernel.elf', '--expect', '--json']],
    ['a switch with a value', ['run', 'kernel.elf', '--json=yes']],
    ['an option given twice', ['run', 'kernel.elf', '--limit', '3s', '--limit', '4s']],
    ['an expectation that does not exist', ['run', 'kernel.elf', '--expect', 'exti=3']],
    ['a regular expression that is none', ['run', 'kernel.elf', '--expect', 'text=/(/']],
    ['an engine that does not exist', ['run', 'kernel.elf', '--engine', 'bochs']],
    ['a number that is none', ['run', 'kernel.elf', '--cpus', 'two']],
    ['a CPU feature that does not exist', ['run', 'kernel.elf', '--cpu', 'max,+la75']],
    ['two CPU models', ['run', 'kernel.elf', '--cpu', 'max,x86-64-v2']],
    ['memory without sense', ['run', 'kernel.elf', '--memory', 'much']],
    ['an exit port that does not exist', ['run', 'kernel.elf', '--exit-port', '0x10000']],
    ['an exit port of a wrong size', ['run', 'kernel.elf', '--exit-port', '0xf4,3']],
    ['a report without a run', ['report', '/']],
    ['a limit without a unit', ['run', 'kernel.elf', '--limit', '30']],
    ['an option to doctor', ['doctor', '--verbose']],
    ['an argument to doctor', ['doctor', 'x']],
    ['two directories to report', ['report', 'a', 'b']],
    ['two images to inspect', ['inspect', 'a.elf', 'b.elf']],
    ['an option to inspect', ['inspect', 'a.elf', '--jsn']],
  ])('%s', async ([_, commandArguments], { expect }) => {
    expect(await kerneltest(commandArguments, { cwd: tmpdir() })).toMatchSnapshot()
  })

  test('an engine that is not installed', async ({ expect }) => {
    const result = await kerneltest(['run', kernel('script'), '--engine', 'qemu'], {
      env: { KERNELTEST_QEMU: '/no/such/qemu' },
    })
    expect(result.status).toBe(3)
    expect(result.stderr).toMatch(/^kerneltest: KT3\d\d\d: /)
  })
})

test('output arrives while the guest runs; Ctrl-C ends it and keeps what was recorded', async () => {
  const result = await kerneltest(['run', kernel('script'), '--cmdline', 'A', '--screenshot', '/dev/null'], {
    onOutput: (stdout, kill) => stdout === 'line A\n' && kill('SIGINT'),
  })
  expect(result).toEqual({
    status: 130,
    stdout: 'line A\n',
    stderr: 'kerneltest: note: engine: embedded\nkerneltest: not ok: interrupted\n',
  })
})

test('all output arrives in a pipe before the process ends', async () => {
  const { status, stdout } = await run('lllx')
  const lines = Array.from({ length: 1000 }, (_, i) => `${String(i).padStart(3, '0')} ${'.'.repeat(59)}\n`)
  expect(status).toBe(0)
  expect(stdout).toBe(lines.join('').repeat(3))
})

test('a symbol that does not exist leaves no machine behind', async () => {
  expect(await run('A', '--until', 'shwo')).toMatchInlineSnapshot(`
    {
      "status": 2,
      "stderr": "kerneltest: note: engine: embedded
    kerneltest: KT4004: the image has no symbol \`shwo\`
      Did you mean \`show\`?
    ",
      "stdout": "",
    }
  `)
})

test('--screenshot writes the last screen', async () => {
  const png = join(folder(), 'screen shot.png')
  expect(await run('sx', '--screenshot', png)).toMatchObject({ status: 0 })
  expect(decodePng(readFileSync(png), png)).toMatchObject({ width: 640, height: 400 })
  const nowhere = join(folder(), 'none', 'x.png')
  const unwritten = await run('sx', '--screenshot', nowhere)
  expect({ ...unwritten, stderr: unwritten.stderr.replaceAll(nowhere, '…') }).toMatchInlineSnapshot(`
    {
      "status": 2,
      "stderr": "kerneltest: note: engine: embedded
    kerneltest: ok: the guest exited with 0x10 (status 33)
    kerneltest: KT6008: …: ENOENT: no such file or directory, open '…'
      Name a file in a directory that exists.
    ",
      "stdout": "",
    }
  `)
  // The guest's failure matters more.
  const failed = await run('sf', '--screenshot', nowhere)
  expect([failed.status, failed.stderr]).toEqual([1, expect.stringMatching(/not ok: .*\n.* KT6008: /)])
  const { status, stdout } = await run('sx', '--screenshot', nowhere, '--json')
  expect([status, JSON.parse(stdout).ok]).toEqual([2, true])
})

test('the verdict begins on a line of its own after a guest that ended in the middle of one', async () => {
  const sector = new Uint8Array(512)
  // A boot sector: X to COM1, 0x10 to the exit port, HLT.
  sector.set([0xba, 0xf8, 0x03, 0xb0, 0x58, 0xee, 0xba, 0xf4, 0x00, 0xb0, 0x10, 0xee, 0xf4])
  sector.set([0x55, 0xaa], 510)
  const image = join(folder(), 'x.img')
  writeFileSync(image, sector)
  const words = [process.execPath, mainPath, 'run', image].map((word) => `'${word}'`)
  const { stdout } = await command('sh', ['-c', `${words.join(' ')} 2>&1`])
  expect(stdout).toContain('\nX\nkerneltest: ok: the guest exited with 0x10 (status 33)\n')
})

test('a person sees the screen', async () => {
  const words = [process.execPath, mainPath, 'run', kernel('script'), '--cmdline', 'Asx']
  const { stdout } = await command('script', [
    '-qec',
    words.map((word) => `'${word}'`).join(' '),
    '/dev/null',
  ])
  expect(stdout.replaceAll('\r', '')).toMatchInlineSnapshot(`
    "kerneltest: note: engine: embedded
    line A
    ┌──────┐
    │      │
    │      │
    │ show │
    └──────┘
    kerneltest: ok: the guest exited with 0x10 (status 33)
    "
  `)
})

test('whoever reads the log of a run that went wrong sees the screen too', async () => {
  const outside = (bytes: Uint8Array) => bytes.set([0xff, 0xff, 0xff, 0x7f], discPlaces.entry + 8)
  const disc = join(folder(), 'outside.iso')
  const image = readFileSync(kernel('disk-writer'))
  writeFileSync(disc, bootDisc({ media: emulations.none, image, harm: outside }))
  const { status, stdout, stderr } = await kerneltest(['run', disc])
  expect([status, stdout]).toEqual([124, ''])
  expect(stderr.split('What happened last')[0]).toMatchInlineSnapshot(`
    "kerneltest: note: engine: embedded
    kerneltest: note: the boot image for bios begins at sector 2147483647, past the end of the image: firmware cannot read what it is told to start [boot-entry-past-end]
    ┌────────────────────────────────────────────────┐
    │ CD E0h has its boot image outside of the disc. │
    │ No bootable device.                            │
    └────────────────────────────────────────────────┘
    kerneltest: not ok: the guest reached its time limit of 30 s while it was still in the firmware; expected it to exit with 0x10 (status 33); if it is meant to end so: --expect limit=firmware
    "
  `)
  const expected = await kerneltest(['run', disc, '--expect', 'screen=No bootable device'])
  expect(expected).toMatchObject({ status: 0, stderr: expect.not.stringContaining('│') })
  expect(await kerneltest(['run', disc, '--json'])).toMatchObject({
    stderr: expect.not.stringContaining('│'),
  })
})

test('a path with spaces and quotes, and a kernel that is run twice at once', async () => {
  const image = join(folder(), `it's "a" kernel.elf`)
  writeFileSync(image, readFileSync(kernel('script')))
  const runs = await Promise.all([1, 2].map(() => kerneltest(['run', image, '--cmdline', 'Ax'])))
  expect(runs.map(({ status, stdout }) => [status, stdout])).toEqual([
    [0, 'line A\n'],
    [0, 'line A\n'],
  ])
})

test('a run that went wrong shows what happened last, on the embedded engine', async () => {
  const { stderr } = await kerneltest(['run', kernel('disk-user'), '--engine=embedded', '--limit=1s'])
  expect(stderr).toMatch(
    /\nWhat happened last:\n +\d+\.\d{3} ms {2}BIOS int19, AH=00h\n +\d+\.\d{3} ms {2}reads sector 0 of boot\n/,
  )
})
