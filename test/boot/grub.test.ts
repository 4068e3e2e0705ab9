import { describe, test } from 'vitest'
import type { Qemu } from '../../src/engines/qemu/find-qemu.ts'
import { expect } from '../../src/index.ts'
import type { Vm } from '../../src/session/vm.ts'
import { testQemus } from '../engines/qemu/test-qemus.ts'
import { guestOn } from './guest-on.ts'
import { grubMenuCd } from './real-media.ts'

/** All but the first lines, where GRUB's version stands. */
const belowVersion = { region: { x: 0, y: 48, width: 640, height: 352 } } as const

const chosen = { foreground: 'black', background: 'light gray' } as const

/** Where no QEMU is on the path, the embedded engine has to do it alone. */
const engines: readonly { readonly name: string; readonly engine: Qemu | 'embedded' }[] =
  testQemus.length > 0
    ? testQemus.map((qemu) => ({ name: `QEMU ${qemu.version}`, engine: qemu }))
    : [{ name: 'embedded', engine: 'embedded' }]

describe.each(engines)('GRUB on $name', { timeout: 120_000 }, ({ engine }) => {
  async function atMenu(): Promise<Vm> {
    const vm = await guestOn(engine, grubMenuCd())
    await expect(vm.screen).toShow(/^ *GNU GRUB {2}version/)
    await expect(vm.screen).toShow('*Power off', chosen)
    await drawn(vm)
    return vm
  }

  /** What GRUB does before it looks for the next key is worth the wait where the host computes it all. */
  async function drawn(vm: Vm): Promise<void> {
    if (engine === 'embedded') await vm.run({ until: { waitsForKey: true } })
  }

  /** At the prompt that is still empty. */
  async function command(vm: Vm, line: string): Promise<void> {
    await expect(vm.screen).toShow(/^grub> *$/)
    await drawn(vm)
    await vm.type(`${line}\n`)
  }

  async function choose(vm: Vm, entry: string): Promise<void> {
    await vm.press('down')
    await expect(vm.screen).toShow(`*${entry}`, chosen)
    await drawn(vm)
  }

  test('boots examples/higher-half by multiboot2, chosen in its menu with the keyboard', async () => {
    const vm = await atMenu()
    await expect(vm.screen).toMatchScreenshot('grub menu', belowVersion)
    await choose(vm, 'Higher half')
    await vm.press('enter')
    await expect(vm.screen).toShow('OK', { row: 0, column: 0, foreground: 'white', background: 'green' })
    await expect(vm.pageTables).toMap(0xffffffff88000000n, { to: 0x200000n, writable: false })
    await expect(vm).toExit('deadHalt')
  })

  test('its shell lists and shows files', async () => {
    const vm = await atMenu()
    await vm.press('c')
    await command(vm, 'ls /boot/')
    await expect(vm.screen).toShow('grub/ higher-half.elf')
    await command(vm, 'cat /boot/grub/grub.cfg')
    await expect(vm.screen).toShow('menuentry "Higher half" { multiboot2 /boot/higher-half.elf }')
    await expect(vm.screen).toMatchScreenshot('grub shell', belowVersion)
    await command(vm, 'halt')
    await expect(vm).toExit('shutdown')
  })

  test('reboots', async () => {
    const vm = await atMenu()
    await choose(vm, 'Higher half')
    await choose(vm, 'Reboot')
    await vm.press('enter')
    await expect(vm).toExit('reset')
  })
})
