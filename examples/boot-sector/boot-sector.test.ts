import { expect, test } from 'kerneltest'

test('loads its second stage and shows HR in red on black', async ({ boot }) => {
  const vm = await boot('boot-sector.img')
  await expect(vm.screen).toShow('HR', { row: 0, column: 0, foreground: 'red', background: 'black' })
})

test('loops for ever: a verdict, not a time-out', async ({ boot }) => {
  const vm = await boot('boot-sector.img')
  await expect(vm).toExit('hang')
  await expect(vm.screen).toMatchScreenshot('hr')
})

test('is in long mode', async ({ boot }) => {
  const vm = await boot('boot-sector.img', { until: { screen: 'HR' } })
  const { efer } = await vm.registers.read()
  expect(efer & 0x400n, 'EFER.LMA').toBe(0x400n)
  await expect(vm.pageTables).toMap(0xb8000n, { to: 0xb8000n })
})
