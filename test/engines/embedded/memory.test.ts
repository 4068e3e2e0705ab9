import { expect, test } from 'vitest'
import { planOfFile } from '../../boot-plans/plan-of.ts'
import { kernel } from '../../kernels/build.ts'
import { openKernel, openPlan } from './open-embedded.ts'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** The kernel `observed` with its page tables in force. */
async function inLongMode() {
  const open = await openPlan(planOfFile(kernel('observed')))
  await open.run({ on: 'output', port: 'com1', pattern: 'R', from: 0 })
  return open
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: Error) => error.message,
  )
}

test('linear reads cross pages that lie apart, and reach the higher half', async () => {
  const { machine } = await inLongMode()
  expect(text(await machine.read('linear', 0x200000n, 4))).toBe('BBBB')
  expect(text(await machine.read('linear', 0x201000n, 4))).toBe('AAAA')
  expect([...(await machine.read('linear', 0x200ffen, 6))]).toEqual([0, 0, 0x41, 0x41, 0x41, 0x41])
  const code = await machine.read('linear', 0xffffffff80111010n, 2)
  expect([...code]).toEqual([0x90, 0xc3])
  expect(await machine.read('physical', 0x111010n, 2)).toEqual(code)
  expect(await machine.read('linear', 0x202000n, 0)).toEqual(new Uint8Array(0))
  await machine.close()
})

test('writes over pages that lie apart', async () => {
  const { machine } = await inLongMode()
  const long = Uint8Array.from({ length: 5000 }, (_, index) => index * 7)
  await machine.write('linear', 0x200800n, long)
  expect(await machine.read('linear', 0x200800n, 5000)).toEqual(long)
  expect(await machine.read('physical', 0x141800n, 0x800)).toEqual(long.subarray(0, 0x800))
  expect(await machine.read('physical', 0x140000n, 0x800)).toEqual(long.subarray(0x800, 0x1000))
  await machine.close()
})

test('looking changes nothing: no accessed bit, no instruction', async () => {
  const { machine } = await inLongMode()
  const look = async () => ({
    memory: Buffer.from(await machine.read('physical', 0n, 0x200000)).toString('latin1'),
    registers: await machine.registers(),
    now: await machine.now(),
  })
  const before = await look()
  await machine.read('linear', 0x200ffen, 6)
  await machine.screen()
  expect(await look()).toEqual(before)
  await machine.close()
})

test('what is not there', async () => {
  const { machine } = await inLongMode()
  const read = (space: 'linear' | 'physical', address: bigint, length: number) =>
    messageOf(machine.read(space, address, length))
  expect([
    await read('linear', 0x201ffcn, 8),
    await read('linear', 0x8000_0000_0000n, 1),
    await read('linear', 0xffff_ffff_ffff_fffcn, 8),
    await read('physical', 0x7fffffen, 4),
    await read('physical', 1n << 60n, 4),
    await messageOf(machine.write('linear', 0x201ffen, Uint8Array.of(1, 2, 3))),
  ]).toMatchInlineSnapshot(`
    [
      "KT3011: nothing is mapped at linear address 0x202000
      Look at the guest's page tables at this point (\`vm.pageTables\`), or read a physical address.",
      "KT3011: nothing is mapped at linear address 0x800000000000
      Look at the guest's page tables at this point (\`vm.pageTables\`), or read a physical address.",
      "KT3011: nothing is mapped at linear address 0xfffffffffffffffc
      Look at the guest's page tables at this point (\`vm.pageTables\`), or read a physical address.",
      "KT3011: there is no memory at physical address 0x8000000
      Give the machine more memory (\`memory\`), or check the address.",
      "KT3011: there is no memory at physical address 0x1000000000000000
      Give the machine more memory (\`memory\`), or check the address.",
      "KT3011: nothing is mapped at linear address 0x202000
      Look at the guest's page tables at this point (\`vm.pageTables\`), or read a physical address.",
    ]
  `)
  expect([...(await machine.read('linear', 0x201ffen, 2))]).toEqual([0, 0])
  await machine.close()
})

test('before paging, and above 4 GiB without long mode', async () => {
  const { machine } = await openKernel('busy')
  expect([...(await machine.read('linear', 0x100000n, 1))]).toEqual([0xfa])
  expect(await messageOf(machine.read('linear', 0xffff_fffen, 4))).toMatchInlineSnapshot(`
    "KT3011: linear address 0x100000000 does not exist outside of long mode
      Check the address; before the guest enters long mode, linear addresses have 32 bits."
  `)
  expect(await messageOf(machine.read('linear', 0x1_0000_0000n, 4))).toMatchInlineSnapshot(`
    "KT3011: linear address 0x100000000 does not exist outside of long mode
      Check the address; before the guest enters long mode, linear addresses have 32 bits."
  `)
  await machine.close()
})
