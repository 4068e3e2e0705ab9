import { describe, expect, onTestFinished, test } from 'vitest'
import { boot } from '../../src/session/boot.ts'
import type { BootOptions } from '../../src/session/boot-options.ts'
import type { Vm } from '../../src/session/vm.ts'
import { kernel } from '../kernels/build.ts'

async function bootReady(name: string, options: BootOptions): Promise<Vm> {
  const vm = await boot(kernel(name), { protocol: 'disk', until: { serial: 'ready\n' }, ...options })
  onTestFinished(() => vm.close())
  return vm
}

describe.each(['embedded', 'qemu'] as const)('on %s', (engine) => {
  test('the mouse moves and its buttons are pressed', async () => {
    const vm = await bootReady('mouse-packets', { engine })
    await vm.mouse.move(10, 5)
    await vm.mouse.press('left')
    await vm.mouse.down('right', 'left')
    await vm.mouse.move(-3, -2)
    await vm.mouse.up('left')
    await vm.mouse.press('middle')
    await vm.mouse.up('right')
    // Status: 8, the buttons, the signs of x (10h) and y (20h), which counts upwards.
    expect(vm.serial.lines.slice(1)).toEqual([
      ' 28 0a fb',
      ' 09 00 00',
      ' 08 00 00',
      ' 0b 00 00',
      ' 1b fd 02',
      ' 0a 00 00',
      ' 0e 00 00',
      ' 0a 00 00',
      ' 08 00 00',
    ])
    await vm.mouse.move(300, 0)
    const moved = vm.serial.lines.slice(10).map((line) => Number.parseInt(line.slice(4, 6), 16))
    expect(moved.reduce((sum, x) => sum + x, 0)).toBe(300)
  })

  test('the power button is an event of ACPI', async () => {
    const vm = await bootReady('power-button', { engine })
    await vm.pressPower()
    expect(await vm.end()).toMatchObject({ kind: 'shutdown', by: 'acpi' })
    expect(vm.serial.lines).toEqual(['ready', 'power button'])
  })

  test('a guest that takes no input comes to its limit', async () => {
    const vm = await bootReady('power-button', { engine, limit: '3s' })
    await vm.type('nobody reads this, however long it is\n'.repeat(3))
    await vm.mouse.move(5000, 5000)
    await vm.mouse.press('left', 'right')
    await vm.serial.send(new Uint8Array(1 << 20))
    expect(await vm.end()).toMatchObject({ kind: 'limit', detail: 'idle' })
    await vm.press('a')
    await vm.mouse.scroll(1)
    await vm.pressPower()
  })
})

test('what no mouse can do is refused', async () => {
  const vm = await bootReady('mouse-packets', { engine: 'embedded' })
  const calls = [vm.mouse.move(0.5, 0), vm.mouse.scroll(1000), vm.mouse.press('side' as 'left')]
  const messages = calls.map((call) => call.then(String, (error: Error) => error.message))
  expect(await Promise.all(messages)).toMatchInlineSnapshot(`
    [
      "KT4002: \`x\` cannot be 0.5
      Give a whole number from -10000 to 10000.",
      "KT4002: \`steps\` cannot be 1000
      Give a whole number from -100 to 100.",
      "KT4002: \`button\` cannot be "side"
      It is one of left, right, middle.",
    ]
  `)
})

test('what has no key, and no drive, is refused as a promise', async () => {
  const vm = await bootReady('mouse-packets', { engine: 'embedded' })
  const calls = [
    () => vm.type('café'),
    () => vm.press('hyper'),
    () => vm.mouse.press('side' as 'left'),
    () => vm.changeDisk('floppy1', null),
  ]
  const messages = calls.map((call) => call().then(String, (error: Error) => error.message))
  expect(await Promise.all(messages)).toMatchInlineSnapshot(`
    [
      "KT3013: there is no key "é" on a US keyboard
      Keys are named by the character that they give, or as "enter", "f1", "up", "ctrl-alt-delete".",
      "KT3013: there is no key "hyper" on a US keyboard
      Keys are named by the character that they give, or as "enter", "f1", "up", "ctrl-alt-delete".",
      "KT4002: \`button\` cannot be "side"
      It is one of left, right, middle.",
      "KT4008: the machine has no drive "floppy1"
      Its drives are boot.",
    ]
  `)
})
