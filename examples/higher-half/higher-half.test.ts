import { expect, test } from 'kerneltest'

test('shows OK in white on green', async ({ boot }) => {
  const vm = await boot('higher-half.elf')
  await expect(vm.screen).toShow('OK', { row: 0, column: 0, foreground: 'white', background: 'green' })
  await expect(vm).toExit('deadHalt')
})

test('maps itself into the higher half, each section with its own rights', async ({ boot }) => {
  const vm = await boot('higher-half.elf', { until: 'kernel_main' })
  const text = { to: 0x200000n, size: 0x1000n, writable: false, executable: true, user: false }
  await expect(vm.pageTables).toMap(0xffffffff88000000n, text)
  await expect(vm.pageTables).toMap(0xffffffff88001000n, {
    to: 0x201000n,
    writable: false,
    executable: false,
  })
  await expect(vm.pageTables).toMap(0xffffffff88002000n, { to: 0x202000n, writable: true, executable: false })
  await expect(vm.pageTables).toHaveNoWritableExecutable()
})

test('has dropped the identity map by the time it runs', async ({ boot }) => {
  const vm = await boot('higher-half.elf', { until: 'kernel_main' })
  await expect(vm.pageTables).not.toMap(0x100000n)
  const { rip } = await vm.registers.read()
  expect(rip).toBeGreaterThanOrEqual(0xffffffff88000000n)
})
