import { describe, expect, test } from 'vitest'
import { planOfFile } from '../boot-plans/plan-of.ts'
import { kernel } from '../kernels/build.ts'
import { eachEngine } from './each-engine.ts'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: Error) => error.message,
  )
}

describe.each(eachEngine)('$name', ({ openKernel, openPlan }) => {
  /** The kernel `observed` with its page tables in force. */
  async function inLongMode() {
    const open = await openPlan(planOfFile(kernel('observed')))
    await open.run({ on: 'output', port: 'com1', pattern: 'R', from: 0 })
    return open
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

  test('writes, both ways, over pages that lie apart', async () => {
    const { machine } = await inLongMode()
    const long = Uint8Array.from({ length: 5000 }, (_, index) => index * 7)
    await machine.write('linear', 0x200800n, long)
    expect(await machine.read('linear', 0x200800n, 5000)).toEqual(long)
    expect(await machine.read('physical', 0x141800n, 0x800)).toEqual(long.subarray(0, 0x800))
    expect(await machine.read('physical', 0x140000n, 0x800)).toEqual(long.subarray(0x800, 0x1000))
    await machine.write('physical', 0x150000n, Buffer.from('$#}*'))
    expect(text(await machine.read('physical', 0x150000n, 4))).toBe('$#}*')
    await machine.close()
  })

  test('the guest runs what was written over its code', async () => {
    const { machine, run } = await inLongMode()
    // inc qword [0x150000] in place of `nop; ret`, then a self-jump
    const code = Uint8Array.of(0x48, 0xff, 0x04, 0x25, 0, 0, 0x15, 0, 0xeb, 0xfe)
    await machine.write('linear', 0xffffffff80111010n, code)
    expect(await run()).toMatchObject({ ending: { kind: 'hang', proof: { rip: 0xffffffff80111018n } } })
    expect([...(await machine.read('physical', 0x150000n, 2))]).toEqual([1, 0])
    await machine.close()
  })

  test('what is not there', async () => {
    const { machine } = await inLongMode()
    const read = (space: 'linear' | 'physical', address: bigint, length: number) =>
      messageOf(machine.read(space, address, length))
    expect([
      await read('linear', 0x201ffcn, 8),
      await read('linear', 0x203000n, 1),
      await read('linear', 0x8000_0000_0000n, 1),
      await read('physical', 0x7fffffen, 4),
      await read('physical', 1n << 60n, 4),
      await messageOf(machine.write('linear', 0x201ffen, Uint8Array.of(1, 2, 3))),
    ]).toMatchInlineSnapshot(`
      [
        "KT3011: nothing is mapped at linear address 0x202000
        Look at the guest's page tables at this point (\`vm.pageTables\`), or read a physical address.",
        "KT3011: there is no memory at physical address 0x80000000
        Give the machine more memory (\`memory\`), or check the address.",
        "KT3011: nothing is mapped at linear address 0x800000000000
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
    await machine.close()
  })
})
