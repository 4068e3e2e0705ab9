import { describe } from 'vitest'
import { expect, test } from '../../src/index.ts'
import type { BootOptions } from '../../src/session/boot-options.ts'
import type { Vm } from '../../src/session/vm.ts'
import { kernel } from '../kernels/build.ts'

type Boot = (image: string, options?: BootOptions) => Promise<Vm>

/** Boots the guest that does what the letters of `script` say. */
function script(boot: Boot, letters: string, options: BootOptions = {}): Promise<Vm> {
  return boot(kernel('script'), { commandLine: letters, limit: '10s', ...options })
}

/** The first paragraphs of the failure, without what is shown of log and screen. */
async function failure(assertion: Promise<void>): Promise<string> {
  const error = await assertion.then(() => null).catch((reason: unknown) => reason)
  if (!(error instanceof Error)) throw new Error('it passed')
  return error.message.split('\n\nPrinted on com1')[0] ?? ''
}

describe('toPrint', () => {
  test('waits, and moves the cursor behind the match', async ({ boot }) => {
    const vm = await script(boot, 'ABwA')
    await expect(vm.serial).toPrint('line A')
    await expect(vm.serial).toPrint(/line B\n/)
    expect(vm.serial.lines).toEqual(['line A', 'line B'])
    await expect(vm.serial).toPrint('line A')
    expect(vm.serial.cursor).toBe('line A\nline B\nline A'.length)
    await expect(vm.serial).toPrint('line B', { from: 'start' })
    expect(vm.serial.cursor, 'a match further up does not move it back').toBe('line A\nline B\nline A'.length)
  })

  test('.not is decided by the end of the run', async ({ boot }) => {
    const vm = await script(boot, 'Ax')
    await expect(vm.serial).not.toPrint('line B')
    expect(vm.ending?.kind).toBe('exit')
    expect(await failure(expect(vm.serial).not.toPrint('line A'))).toMatchInlineSnapshot(`
      "Expected com1 never to print "line A".

      It did, on line 1:
        line A

      The guest exited with 0x10 (status 33)."
    `)
  })

  test('.not is not decided by the limit', async ({ boot }) => {
    const vm = await script(boot, 'A', { limit: '1s' })
    expect(await failure(expect(vm.serial).not.toPrint('line B'))).toMatchInlineSnapshot(`
      "Expected com1 never to print "line B".

      Not decided (KT4020): it was not printed so far, but the guest has not ended and might still print it.

      The guest reached its time limit of 1 s while it was busy.
      If it only needs longer, give it more: boot(image, { limit: '2m' })."
    `)
  })

  test('a panic that nobody asked for ends the wait', async ({ boot }) => {
    const vm = await script(boot, 'Apw')
    expect(await failure(expect(vm.serial).toPrint('line B'))).toMatchInlineSnapshot(`
      "Expected com1 to print "line B".

      It printed 3 lines, but not that.

      Line 1 is the closest:
        line A

      The wait ended early: the guest printed on com1 that it gives up:
        panicked at 'no heap', src/main.rs:7:5
      A test that expects this waits for it: toPrint("panicked at")."
    `)
    await expect(vm.serial).toPrint('panicked at')
  })

  test('looks at the port that is named', async ({ boot }) => {
    const vm = await script(boot, 'dAx')
    await expect(vm.debugConsole).toPrint('debug')
    await expect(vm.serial).toPrint('line A', { port: 'com1' })
    expect(await failure(expect(vm.serial.port('com2')).toPrint('line A'))).toContain(
      'It was printed on com1.',
    )
  })
})

describe('toShow', () => {
  test('waits until it shows; .not until it is gone', async ({ boot }) => {
    const vm = await script(boot, `${'w'.repeat(20)}s${'w'.repeat(60)}c`)
    const then = await vm.now()
    await expect(vm.screen).not.toShow('show')
    expect(await vm.now(), 'what is not there needs no wait').toEqual(then)
    await expect(vm.screen).toShow('show', { row: 2 })
    await expect(vm.screen).not.toShow('show')
    expect((await vm.screen.lines())[2]).toBe('')
  })
})

describe('toExit', () => {
  test('names the ending, so that a crash may be', async ({ boot }) => {
    const vm = await script(boot, 't', { engine: 'qemu' })
    expect(await failure(expect(vm).toExit('success'))).toMatchInlineSnapshot(`
      "Expected the guest to exit with 0x10 (status 33).

      It triple-faulted at 0x10016a (triple_fault+0x7).

      Nothing was printed on com1.

      Screen: text, 80 columns, 25 rows, cursor at row 0, column 0
          ┌0─────────10────────20────────30────────40────────50────────60────────70────────┐
          └─ all 25 rows are blank ────────────────────────────────────────────────────────┘"
    `)
    await expect(vm).not.toExit(0x11)
    await expect(vm).toExit('tripleFault')
  })

  test('tells the faults on the way to a triple fault, where the engine knows them', async ({ boot }) => {
    const vm = await script(boot, 't')
    expect(await failure(expect(vm.serial).toPrint('line A'))).toMatchInlineSnapshot(`
      "Expected com1 to print "line A".

      It printed nothing.

      The guest triple-faulted at 0x10016a (triple_fault+0x7).
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

      Nothing was printed on com1.

      Screen: text, 80 columns, 25 rows, cursor at row 0, column 0
          ┌0─────────10────────20────────30────────40────────50────────60────────70────────┐
          └─ all 25 rows are blank ────────────────────────────────────────────────────────┘"
    `)
    expect(await failure(expect(vm).toExit('success'))).toContain(
      'The faults on the way to it:\n  #BP breakpoint',
    )
    await expect(vm).toExit('tripleFault')
  })
})

test('page tables are looked at as they are, without guest time', async ({ boot }) => {
  const vm = await script(boot, 'A', { until: { serial: 'line A' } })
  const then = await vm.now()
  expect(await failure(expect(vm.pageTables).toMap(0x1000n, { to: 0x2000n }))).toMatchInlineSnapshot(`
    "Expected the page tables to map 0x1000 at physical 0x2000.

    0x1000 is mapped at physical 0x1000, but not at 0x2000.

    Physical 0x2000 is mapped at 0x2000.

    Paging is off: each linear address is the physical one, and nothing is protected.
    Mapped are:
      linear              physical            size   pages  access
      0x0000000000000000  0x0000000000000000  4 GiB  4 KiB  rwx user

    The guest has not ended: it is paused."
  `)
  expect(await vm.now()).toEqual(then)
})

test('a screen that never stands still is an error, not a picture', async ({ boot }) => {
  const vm = await script(boot, 'Am', { limit: '300ms' })
  await expect(vm.serial).toPrint('line A')
  expect(await failure(expect(vm.screen).toMatchScreenshot('moving'))).toMatchInlineSnapshot(`
    "KT4021: the screen did not stand still for 100 ms before the limit of 300 ms
      Pause the guest where the screen is as you want it (\`until\`), or give a smaller \`settle\`: a mask does not help here."
  `)
})

test('a look before the guest has run says so', async ({ boot }) => {
  const vm = await script(boot, 'A')
  const early = await failure(expect(vm.pageTables).toMap(0xffffffff80000000n))
  expect(early).toContain('The guest has not run yet: it stands at its first instruction.')
  await vm.press('a')
  expect(await failure(expect(vm.pageTables).toMap(0xffffffff80000000n))).not.toContain('has not run')
})
