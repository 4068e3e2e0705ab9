import { expect, test } from 'kerneltest'

test('the harness goes on after a failure, and exits with it', async ({ boot }) => {
  const vm = await boot('failing.elf')
  await expect(vm.serial).toPrint('two_and_two_are_five...\t[failed]')
  await expect(vm.serial).toPrint('after...\t[ok]')
  await expect(vm).toExit(0x11)
})

test('the harness ends with a panic', async ({ boot }) => {
  const vm = await boot('panicking.elf')
  await expect(vm.serial).toPrint(/Error: panicked at '.*', src\/heap\.rs:42:9\n/)
  await expect(vm).toExit(0x11)
})
