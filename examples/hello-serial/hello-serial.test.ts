import { expect, test } from 'kerneltest'

test('greets, calculates and exits with success', async ({ boot }) => {
  const vm = await boot('hello-serial.elf')
  await expect(vm.serial).toPrint('Hello from a kernel!')
  await expect(vm.serial).toPrint(/2 \+ 2 = (\d+)\n/)
  await expect(vm).toExit('success')
})

test('prints nothing that smells of trouble', async ({ boot }) => {
  const vm = await boot('hello-serial.elf')
  await expect(vm.serial).not.toPrint(/panic|error/i)
})
