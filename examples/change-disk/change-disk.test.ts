import { expect, test } from 'kerneltest'

// The BIOS that QEMU has reads no CD that has been changed.
test('asks for its disc, and goes on with it', async ({ boot }) => {
  const vm = await boot('setup.img', {
    engine: 'embedded',
    cds: [null],
    until: { screen: 'Insert the disc' },
  })
  await vm.press('enter')
  await expect(vm.screen).toShow('There is no disc.')
  await vm.changeDisk('cd1', 'disc.img')
  await vm.press('enter')
  await expect(vm.screen).toShow('Thank you.')
})

test('shows what is typed, and switches off', async ({ boot }) => {
  const vm = await boot('setup.img', { cds: ['disc.img'], until: { screen: 'Insert the disc' } })
  await vm.press('enter')
  await expect(vm.screen).toShow('Thank you.')
  await vm.type('Hello, 2 + 2 = 4')
  await expect(vm.screen).toShow('Hello, 2 + 2 = 4')
  await vm.press('esc')
  await expect(vm).toExit('shutdown')
})

// QEMU does not see that a guest waits for a key, and keeps no timeline.
test('waits for a key, and has read nothing but its boot sector by then', async ({ boot }) => {
  const vm = await boot('setup.img', {
    engine: 'embedded',
    cds: ['disc.img'],
    until: { waitsForKey: true },
  })
  expect((await vm.screen.lines())[0]).toBe('Insert the disc and press a key.')
  const reads = async () => (await vm.timeline()).filter(({ kind }) => kind === 'diskRead')
  expect(await reads()).toMatchObject([{ drive: 'boot', first: 0, sectors: 1 }])
  await vm.press('enter')
  expect(await reads()).toMatchObject([{ drive: 'boot' }, { drive: 'cd1', first: 0, sectors: 1 }])
})
