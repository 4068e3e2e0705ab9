import { expect, test } from 'vitest'
import type { BootPlan, DirectStart } from '../../../src/boot/plan.ts'
import { embeddedEngine } from '../../../src/engines/embedded/engine.ts'
import { kernelPlan } from '../plans.ts'
import { openKernel, openPlan } from './open-embedded.ts'

const plain = kernelPlan('busy')

async function refusal(plan: Partial<BootPlan>): Promise<string> {
  return openPlan({ ...plain, ...plan }).then(
    () => 'opened',
    (error: Error) => error.message,
  )
}

function startWith(change: (start: DirectStart) => Partial<DirectStart>): Partial<BootPlan> {
  const { start } = plain
  if (start.kind !== 'direct') throw new Error('the plan of a kernel is direct')
  return { start: { ...start, ...change(start) } }
}

test('what it cannot boot, and who can', async () => {
  const start = { kind: 'firmware', firmware: 'uefi', bootOrder: [] } as const
  const linuxMap = { kind: 'memoryMap', at: 0x90000n, format: 'linux', capacity: 8 } as const
  expect([
    await refusal({ start }),
    await refusal({ machine: { ...plain.machine, cpus: 2 } }),
    await refusal(startWith(({ memory }) => ({ memory: [...memory, linuxMap] }))),
    await refusal({ machine: { ...plain.machine, memoryMiB: 4096 } }),
    await refusal({ cpu: { ...plain.cpu, model: 'max' } }),
  ]).toMatchInlineSnapshot(`
    [
      "KT3015: the embedded engine has a BIOS, no UEFI firmware
      Use the engine qemu for this image.",
      "KT3015: the embedded engine has one CPU, not 2
      Use the engine qemu for this image.",
      "KT3015: the embedded engine does not boot Linux
      Use the engine qemu for this image.",
      "KT3017: the embedded engine gives a machine 3072 MiB of memory at most, not 4096
      Give the machine less memory (option memory), or use the engine qemu.",
      "KT3015: the embedded engine has a processor of the model x86-64-v2, not max
      Use the engine qemu for this image.",
    ]
  `)
})

test('a plan that does not fit', async () => {
  const at = 0x7ff_ffffn
  const beyond = { kind: 'bytes', at, bytes: Uint8Array.of(1), size: 2, what: 'module a' } as const
  expect([
    await refusal(startWith(({ memory }) => ({ memory: [...memory, beyond] }))),
    await refusal(startWith(({ cpu }) => ({ cpu: { ...cpu, rip: 0x800_0000n } }))),
    await refusal(startWith(({ cpu }) => ({ cpu: { ...cpu, gdt: { ...cpu.gdt, base: 0x800_0000n } } }))),
  ]).toMatchInlineSnapshot(`
    [
      "KT3018: module a at 0x7ffffff lies outside of the machine's memory of 128 MiB
      Give the machine more memory (option memory), or link the kernel to lower addresses.",
      "KT3018: the entry point at 0x8000000 lies outside of the machine's memory of 128 MiB
      Give the machine more memory (option memory), or link the kernel to lower addresses.",
      "KT3018: the descriptor table at 0x8000010 lies outside of the machine's memory of 128 MiB
      Give the machine more memory (option memory), or link the kernel to lower addresses.",
    ]
  `)
})

test('from 1 MiB to 3 GiB', async () => {
  for (const memoryMiB of [1, 3072]) {
    const code = startWith(({ memory, cpu }) => ({
      memory: memory.map((part) => (part.at === 0x100000n ? { ...part, at: 0x7c00n } : part)),
      cpu: { ...cpu, rip: 0x7c00n },
    }))
    const { machine } = await openPlan({ ...plain, ...code, machine: { ...plain.machine, memoryMiB } })
    const last = BigInt(memoryMiB) * 0x10_0000n - 1n
    await machine.write('physical', last, Uint8Array.of(9))
    expect([...(await machine.read('linear', last, 1))]).toEqual([9])
    await expect(machine.read('physical', last, 2)).rejects.toThrow('KT3011')
    await machine.close()
  }
})

test('it needs nothing from the host', async () => {
  expect(await embeddedEngine.probe()).toMatchObject({
    name: 'embedded',
    usable: true,
    capabilities: ['instructionCount', 'keyWait', 'diskContents', 'timeline'],
    missing: [],
  })
})

test('a CPU and a key that are not there', async () => {
  const { machine } = await openKernel('busy')
  await expect(machine.registers(1)).rejects.toThrow(
    'KT3012: The machine has one CPU; there is no CPU 1\n  CPUs count from 0; the embedded engine has one.',
  )
  await expect(machine.input({ to: 'keyboard', keys: ['any'] })).rejects.toThrow(
    'KT3013: there is no key "any" on a US keyboard',
  )
  await machine.close()
})
