import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, test } from 'vitest'
import type { BootPlan } from '../../src/boot/plan.ts'
import type { MachineEvent } from '../../src/observe/event.ts'
import { MachinePool, type PoolOptions } from '../../src/pool/machine-pool.ts'
import { defaultPatience } from '../../src/pool/remote-machine.ts'

const worker = new URL('./troubled-worker.mjs', import.meta.url)
const forever = { deadlineNs: 60_000_000_000n, any: [] }
const pools: MachinePool[] = []

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

function troubled(options: Partial<PoolOptions> = {}): MachinePool {
  const pool = new MachinePool({ threads: 1, whenFull: 'wait', worker, ...options })
  pools.push(pool)
  return pool
}

function plan(image: string): BootPlan {
  return {
    machine: { shape: 'pc', memoryMiB: 128, cpus: 1 },
    cpu: { model: null, features: {}, seed: null },
    start: { kind: 'firmware', firmware: 'bios', bootOrder: [] },
    media: [],
    ports: { exit: null, debugConsole: null },
    provenance: { image, protocol: 'disk', notes: [] },
  }
}

async function open(pool: MachinePool, image: string, signal = new AbortController().signal) {
  const printed: string[] = []
  const sink = (event: MachineEvent) => {
    if (event.kind === 'output') printed.push(new TextDecoder().decode(event.bytes))
  }
  const machine = await pool.open({ engine: 'qemu', plan: plan(image), sink, signal })
  return { machine, printed }
}

/** A second machine on the same pool of one thread: fails where the first has kept its place. */
async function expectPlaceIsFree(pool: MachinePool): Promise<void> {
  const { machine } = await open(pool, 'none')
  expect(await machine.run(forever)).toMatchObject({ why: 'end', ending: { kind: 'exit' } })
  await machine.close()
}

describe('trap 1: a queued task can stall', () => {
  test('a machine waits outside tinypool, and gets the place of one that was aborted', async () => {
    const pool = troubled({ patience: { ...defaultPatience, runExtraMs: 1000, callMs: 1000, closeMs: 100 } })
    const abort = new AbortController()
    const first = await open(pool, 'spin', abort.signal)
    const running = first.machine.run(forever)
    const second = open(pool, 'none')
    expect(pool.load).toEqual({ threads: 1, running: 1, waiting: 1, queued: 0 })
    abort.abort()
    expect(await running).toMatchObject({ ending: { code: 'KT4013' } })
    const { machine } = await second
    expect(await machine.run(forever)).toMatchObject({ ending: { kind: 'exit', status: 33 } })
    await machine.close()
  })

  test('a wait can be aborted and leaves no place behind', async () => {
    const pool = troubled()
    const first = await open(pool, 'none')
    const abort = new AbortController()
    const second = open(pool, 'none', abort.signal)
    abort.abort()
    await expect(second).rejects.toMatchObject({ code: 'KT4013' })
    await first.machine.close()
    await expectPlaceIsFree(pool)
  })

  test('a pool that grows never lets a test wait for itself', async () => {
    const pool = troubled({ whenFull: 'grow' })
    const machines = [await open(pool, 'none'), await open(pool, 'none'), await open(pool, 'none')]
    expect(pool.load).toEqual({ threads: 3, running: 3, waiting: 0, queued: 0 })
    await Promise.all(machines.map(({ machine }) => machine.close()))
  })
})

describe('trap 2: a thread that exits keeps its place', () => {
  test('process.exit in a thread ends the run with a verdict, keeps the output and frees the place', async () => {
    const pool = troubled()
    const { machine, printed } = await open(pool, 'process.exit')
    await machine.screen()
    const stop = await machine.run(forever)
    expect(stop).toEqual({
      why: 'end',
      at: { instructions: null, ns: 0n },
      ending: {
        kind: 'engineError',
        at: { instructions: null, ns: 0n },
        code: 'KT4010',
        detail: 'the worker thread that ran the machine died: it exited',
      },
    })
    expect(printed).toEqual(['before\n'])
    expect(await machine.close()).toMatchObject({
      ending: { kind: 'engineError' },
      screen: { kind: 'text', codes: Uint8Array.of(72, 105) },
    })
    await expectPlaceIsFree(pool)
  })

  test('our worker makes process.exit an error of the call, and the thread lives on', async () => {
    const pool = troubled()
    const { machine } = await open(pool, 'process.exit in our worker')
    await expect(machine.run(forever)).rejects.toThrow('an engine called process.exit(3)')
    expect(await machine.screen()).toMatchObject({ kind: 'text' })
    await machine.close()
    await expectPlaceIsFree(pool)
  })

  test('an error that nobody caught is the reason of the ending', async () => {
    const pool = troubled()
    const { machine, printed } = await open(pool, 'crash')
    expect(await machine.run(forever)).toMatchObject({
      ending: {
        code: 'KT4010',
        detail: 'the worker thread that ran the machine died: the engine has a mistake',
      },
    })
    expect(printed).toEqual(['before\n'])
    await expectPlaceIsFree(pool)
  })

  test('the watchdog ends a thread that does not answer', async () => {
    const pool = troubled({ patience: { ...defaultPatience, runExtraMs: 100, callMs: 1000, closeMs: 100 } })
    const { machine } = await open(pool, 'spin')
    expect(await machine.run({ deadlineNs: 1n, any: [] })).toMatchObject({
      ending: {
        code: 'KT4011',
        detail: 'the host was too slow: the time limit and 0.1 s more went by on its clock',
      },
    })
    await machine.close()
    await expectPlaceIsFree(pool)
  })
})

describe('trap 3: a thread sleeps between two tasks', () => {
  test('a session is one task: the thread hears every call until the machine is closed', async () => {
    const pool = troubled()
    const { machine } = await open(pool, 'none')
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(await machine.screen()).toMatchObject({ kind: 'text' })
    }
    expect(await machine.close()).toMatchObject({ engineLog: 'closed' })
    await expect(machine.screen()).rejects.toMatchObject({ code: 'KT4012' })
    await expectPlaceIsFree(pool)
  })

  test('close goes past a run that is under way', async () => {
    const { machine } = await open(troubled(), 'waits')
    const running = machine.run(forever)
    expect(await machine.close()).toMatchObject({ engineLog: 'closed' })
    expect(await running).toMatchObject({ why: 'end' })
  })
})

describe('trap 4: two ports have no order', () => {
  test('all that was printed arrives before the stop that ends it', async () => {
    const { machine, printed } = await open(troubled(), 'flood')
    await machine.run(forever)
    expect(printed).toHaveLength(1001)
    expect(printed.at(-1)).toBe('line 999\n')
    await machine.close()
  })
})

describe('opening', () => {
  test('a refusal crosses the thread and frees the place', async () => {
    const pool = troubled()
    await expect(open(pool, 'refuses')).rejects.toThrow('no such machine')
    await expectPlaceIsFree(pool)
  })

  test('an abort while the engine opens reaches the engine', async () => {
    const pool = troubled()
    const abort = new AbortController()
    const opening = open(pool, 'opens slowly', abort.signal)
    setTimeout(() => abort.abort(), 50)
    await expect(opening).rejects.toMatchObject({ code: 'KT4013' })
    await expectPlaceIsFree(pool)
  })

  test('a worker module that cannot be loaded is told, not waited for', async () => {
    const pool = troubled({ worker: new URL('./no-such-worker.mjs', import.meta.url) })
    await expect(open(pool, 'none')).rejects.toThrow(/KT4010: .*no-such-worker/)
  })

  test('a thread that does not close is ended, and what was read stays', async () => {
    const pool = troubled({ patience: { ...defaultPatience, runExtraMs: 1000, callMs: 1000, closeMs: 100 } })
    const { machine } = await open(pool, 'never closes')
    await machine.screen()
    expect(await machine.close()).toMatchObject({ screen: { kind: 'text' }, engineLog: '' })
    await expectPlaceIsFree(pool)
  })
})

test('idle threads let the process end', () => {
  const module = new URL('../../dist/src/pool/machine-pool.js', import.meta.url)
  const script = `
    const { MachinePool } = await import(${JSON.stringify(module.href)})
    const pool = new MachinePool({ threads: 2, whenFull: 'wait', worker: new URL(${JSON.stringify(worker.href)}) })
    const machine = await pool.open({ engine: 'qemu', plan: ${JSON.stringify(plan('none'))}, sink() {} })
    await machine.close()
    process.stdout.write('done')`
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 })
  expect(printed.toString()).toBe('done')
})
