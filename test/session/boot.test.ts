import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { KernelTestError } from '../../src/index.ts'
import { boot } from '../../src/session/boot.ts'
import type { BootOptions } from '../../src/session/boot-options.ts'
import { kernel } from '../kernels/build.ts'
import { bootScript } from './script-guest.ts'

/** What `boot` says of options that it refuses; nothing is started for them. */
async function refusal(options: object): Promise<string> {
  // Users of JavaScript pass anything.
  return boot(kernel('script'), options as BootOptions).then(
    () => 'booted',
    (error: Error) => error.message,
  )
}

describe('options', () => {
  test.each<[string, object]>([
    ['a misspelt option', { memroy: '512M' }],
    ['an option that resembles none', { colour: 1 }],
    ['memory without sense', { memory: 'much' }],
    ['memory of nothing', { memory: 0 }],
    ['an engine that does not exist', { engine: 'bochs' }],
    ['a machine that does not exist', { machine: 'q53' }],
    ['a limit without a unit', { limit: '30' }],
    ['a negative limit', { limit: -1 }],
    ['half a CPU', { cpus: 0.5 }],
    ['an exit port of a wrong size', { exitPort: { port: 0xf4, size: 3 } }],
    ['a port that does not exist', { exitPort: 0x10000 }],
    ['a start on a 30th of February', { startTime: '2024-02-30T00:00:00' }],
    ['a boot order of nothing', { bootOrder: [] }],
    ['a boot order with a drive twice', { bootOrder: ['boot', 'cd1', 'boot'] }],
    ['a boot order that is no list', { bootOrder: 'cd1' }],
    ['modules that are no list', { modules: 'initrd' }],
    ['a module that is not there', { modules: ['/no/such/module'] }],
    ['a disk that is a directory', { disks: ['/tmp'] }],
    ['a CPU model that does not exist', { cpu: { model: 'x86-64-v3' } }],
    ['a misspelt CPU feature', { cpu: { features: ['+la75'] } }],
    ['a CPU feature without its sign', { cpu: { features: ['pku'] } }],
    ['CPU features that are no list', { cpu: { features: '+pku' } }],
    ['a misspelt key of cpu', { cpu: { modle: 'max' } }],
    ['a seed below 0', { cpu: { seed: -1 } }],
    ['a misspelt symbol', { until: 'sohw' }],
    ['a symbol that resembles none', { until: 'kernel_main_of_another_kernel' }],
    ['an until without sense', { until: 7 }],
    ['a negative address', { until: -1n }],
  ])('%s', async (_, options) => {
    expect(await refusal(options)).toMatchSnapshot()
  })

  test('quantities are numbers or texts with a unit', async () => {
    const { session } = await bootScript('A', {
      memory: '64M',
      limit: '1.5s',
      settle: 20,
      machine: 'q35',
      cpus: 2,
    })
    const { plan, limitNs, settleNs } = session.facts
    expect(plan.machine).toEqual({ shape: 'q35', memoryMiB: 64, cpus: 2 })
    expect([limitNs, settleNs]).toEqual([1_500_000_000n, 20_000_000n])
  })

  test('a CPU is a model, features and a seed, and what is left out is up to the engine', async () => {
    const { session } = await bootScript('A', {
      cpu: { model: 'x86-64-v2', features: ['+la57', '-pku'], seed: 7 },
    })
    expect(session.facts.plan.cpu).toEqual({
      model: 'x86-64-v2',
      features: { la57: true, pku: false },
      seed: 7,
    })
    const { session: plain } = await bootScript('A', { cpu: {} })
    expect(plain.facts.plan.cpu).toEqual({ model: null, features: {}, seed: null })
  })

  test('a symbol is meaningless in an image without symbols', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kerneltest '))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const stripped = join(folder, 'stripped.elf')
    execFileSync('strip', ['-o', stripped, kernel('script')])
    await expect(boot(stripped, { until: 'show' })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT4004: the image has no symbol \`show\`: it has none at all
        Link it without \`--strip-all\`, or give the address as \`0x…n\`.]
    `)
    const sector = join(folder, 'sector.img')
    writeFileSync(
      sector,
      Uint8Array.from({ length: 512 }, (_, i) => (i === 510 ? 0x55 : i === 511 ? 0xaa : 0xf4)),
    )
    await expect(boot(sector, { until: 'show' })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT4004: \`until: 'show'\` names a symbol, but the image is no ELF and has none
        Give the address (\`until: 0x7c00n\`), or wait for a text: \`until: { serial: … }\`, \`until: { screen: … }\`.]
    `)
  })
})

describe('until', () => {
  test('a symbol: paused before its first instruction', async () => {
    const { session, vm } = await bootScript('Asx', { until: 'show' })
    const { rip } = await vm.registers.read()
    expect(session.facts.file.image.kind === 'elf' && session.facts.file.image.symbols.at(rip)).toMatchObject(
      {
        symbol: { name: 'show' },
        offset: 0n,
      },
    )
    expect((await vm.screen.lines())[2]).toBe('')
    expect(await vm.end()).toMatchObject({ kind: 'exit', value: 0x10 })
    expect((await vm.screen.lines())[2]).toBe('show')
  })

  test('an address, a text, a screen', async () => {
    const { session, vm } = await bootScript('As', { until: { screen: 'show' } })
    expect(vm.serial.lines).toEqual(['line A'])
    await vm.serial.send('B')
    expect(await vm.run({ until: { serial: 'line B' } })).toMatchObject({ kind: 'stopped' })
    const { image } = session.facts.file
    const show = (image.kind === 'elf' && image.symbols.find('show')?.address) || 0n
    await vm.serial.send('s')
    expect(await vm.run({ until: show })).toMatchObject({
      kind: 'stopped',
      condition: { on: 'address', linear: show },
    })
    expect((await vm.registers.read()).rip).toBe(show)
    expect(vm.ending).toBeNull()
  })

  test('that is not reached is an error that tells how the run went', async () => {
    const image = kernel('script')
    await expect(
      boot(image, { commandLine: 'ABx', until: { serial: 'line Z' } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT4022: the guest did not reach \`until\`: it exited with 0x10 (status 33)
        Last on com1:
          line A
          line B]
    `)
    await expect(
      boot(image, { commandLine: 'Ap', until: 'show' }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT4022: the guest did not reach \`until\`: it gave up: \`panicked at 'no heap', src/main.rs:7:5\`
        Last on com1:
          line A
          panicked at 'no heap', src/main.rs:7:5
          second line]
    `)
    await expect(
      boot(image, { commandLine: 'sx', until: { screen: 'no such text' } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT4022: the guest did not reach \`until\`: it exited with 0x10 (status 33)
        It printed nothing on com1.
        On the screen:
          show]
    `)
  })
})

describe('the end of a session', () => {
  test('close answers all that was recorded, and may be called again', async () => {
    const { session, vm } = await bootScript('Adsf')
    await vm.end()
    const record = await session.close()
    expect(record).toMatchObject({
      ending: { kind: 'exit', value: 0x11, status: 35 },
      plan: { provenance: { protocol: 'multiboot1' } },
      screen: { kind: 'text', columns: 80, rows: 25 },
    })
    expect(record.outputs.get('com1')?.text).toBe('line A\n')
    expect(record.outputs.get('debugConsole')?.text).toBe('debug\n')
    expect(record.registers?.cr0).toBeTypeOf('bigint')
    expect(await session.close()).toBe(record)
    await vm.close()
    await expect(vm.screen.read()).rejects.toMatchObject({ code: 'KT4012' })
    expect(vm.serial.lines).toEqual(['line A'])
  })

  test('an abort ends a run at once, and keeps what was recorded', async () => {
    const abort = new AbortController()
    const { session, vm } = await bootScript('As', { limit: '30s' }, { signal: abort.signal })
    await vm.run({ until: { screen: 'show' } })
    setTimeout(() => abort.abort(), 100)
    const started = performance.now()
    expect(await vm.end()).toMatchObject({
      kind: 'engineError',
      code: 'KT4013',
      detail: 'the run was aborted',
    })
    expect(performance.now() - started).toBeLessThan(5_000)
    const record = await session.close()
    expect(record.screen?.kind).toBe('text')
    expect(record.outputs.get('com1')?.text).toBe('line A\n')
  })

  test('a crash that no matcher has named is told', async () => {
    const { session, vm } = await bootScript('t')
    expect(session.unnamedCrash).toBeNull()
    await vm.end()
    expect(session.unnamedCrash).toMatchObject({ kind: 'tripleFault' })
    session.nameEnding()
    expect(session.unnamedCrash).toBeNull()
  })
})

test('two machines of one image at once', async () => {
  const [one, two] = await Promise.all([bootScript('Ax'), bootScript('Bf')])
  expect(await Promise.all([one.vm.end(), two.vm.end()])).toMatchObject([{ value: 0x10 }, { value: 0x11 }])
  expect([one.vm.serial.lines, two.vm.serial.lines]).toEqual([['line A'], ['line B']])
})

test('page tables, registers and memory are readable where the guest stands, and after its end', async () => {
  const { vm } = await bootScript('Ax')
  await vm.end()
  const space = await vm.pageTables.read()
  expect(space.mode).toBe('none')
  expect(await vm.memory.read(0xb8000n, 2, { physical: true })).toHaveLength(2)
  expect((await vm.registers.read()).cr0 & 1n).toBe(1n)
})

test('a serial port that does not exist is a coded error', async () => {
  const { vm } = await bootScript('A')
  expect(() => vm.serial.port('com9' as 'com1')).toThrowErrorMatchingInlineSnapshot(`
    [KernelTestError: KT4005: there is no serial port "com9"
      The serial ports are com1, com2, com3, com4; the debug console is \`vm.debugConsole\`.]
  `)
  expect(vm.serial.port('com4').log.text).toBe('')
})

test('an error is told by its code', async () => {
  const error = await boot('no-such.elf').catch((error: unknown) => error)
  expect(error).toBeInstanceOf(KernelTestError)
  expect(error).toMatchObject({ code: 'KT1002', docs: expect.stringMatching(/errors\.md#kt1002$/) })
})
