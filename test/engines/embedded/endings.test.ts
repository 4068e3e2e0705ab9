import { describe, expect, test } from 'vitest'
import { finalEnding } from '../final-ending.ts'
import { kernelPlan } from '../plans.ts'
import { openCode, openKernel, openPlan } from './open-embedded.ts'

test('all 32 bits of a value', async () => {
  // mov dx, 0xf4; mov eax, 0x87654321; out dx, eax
  const { run } = await openCode([0x66, 0xba, 0xf4, 0x00, 0xb8, 0x21, 0x43, 0x65, 0x87, 0xef])
  expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x8765_4321, status: 0x43 } })
})

test('a write of 4 bytes reaches a port of 1', async () => {
  // mov dx, 0xf4; mov eax, 0x12345610; out dx, eax
  const code = [0x66, 0xba, 0xf4, 0x00, 0xb8, 0x10, 0x56, 0x34, 0x12, 0xef]
  const { run } = await openCode(code, { ports: { exit: { port: 0xf4, size: 1 } } })
  expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x10 } })
})

test('the word "Shutdown" at port 8900h switches the power off', async () => {
  const write = (text: string) => [...text].flatMap((character) => [0xb0, character.charCodeAt(0), 0xee])
  // mov dx, 0x8900; mov al, 'S'; out dx, al; …
  const dx = [0x66, 0xba, 0x00, 0x89]
  const { run } = await openCode([...dx, ...write('ShutShutdown')])
  expect(await run()).toMatchObject({ ending: { kind: 'shutdown', by: 'port' }, at: { instructions: 25n } })
  const other = await openCode([...dx, ...write('Shutdowm'), 0xf4])
  expect(await other.run()).toMatchObject({ ending: { kind: 'deadHalt' } })
})

test('2000h at port B004h, as for older QEMUs and Bochs, switches the power off', async () => {
  // mov dx, 0xb004; mov ax, value; out dx, ax; hlt
  const write = (value: number) =>
    openCode([0x66, 0xba, 0x04, 0xb0, 0x66, 0xb8, value & 0xff, value >> 8, 0x66, 0xef, 0xf4])
  const { run } = await write(0x2000)
  expect(await run()).toMatchObject({ ending: { kind: 'shutdown', by: 'port' }, at: { instructions: 3n } })
  const sleeps = await write(0x3400)
  expect(await sleeps.run()).toMatchObject({ ending: { kind: 'deadHalt' } })
})

test('port 402h prints on the debug console too, unless there is none or an exit port is there', async () => {
  // mov al, 'E'; out 0xe9, al; mov dx, 0x402; mov al, '2'; out dx, al; in al, dx; hlt
  const code = [0xb0, 0x45, 0xe6, 0xe9, 0x66, 0xba, 0x02, 0x04, 0xb0, 0x32, 0xee, 0xec, 0xf4]
  const both = await openCode(code)
  await both.run()
  expect(both.printed('debugConsole')).toBe('E2')
  expect((await both.machine.registers()).rax & 0xffn).toBe(0xe9n)
  const none = await openCode(code, { ports: { debugConsole: null } })
  await none.run()
  expect(none.printed('debugConsole')).toBe('')
  expect((await none.machine.registers()).rax & 0xffn).toBe(0xffn)
  const exits = await openCode(code, { ports: { exit: { port: 0x402, size: 1 } } })
  expect(await exits.run()).toMatchObject({ ending: { kind: 'exit', value: 0x32 } })
})

test('port 92 masks address line 20 when the 8042 does, and opens it again', async () => {
  const masked = [
    ...[0xc7, 0x05, 0x00, 0x00, 0x30, 0x00, 0x33, 0x33, 0x33, 0x33], // mov dword [0x300000], 0x33333333
    ...[0xc7, 0x05, 0x00, 0x00, 0x20, 0x00, 0x22, 0x22, 0x22, 0x22], // mov dword [0x200000], 0x22222222
    ...[0xb0, 0xdd, 0xe6, 0x64], // mov al, 0xdd; out 0x64, al
    ...[0xe4, 0x92, 0x24, 0xfd, 0xe6, 0x92], // in al, 0x92; and al, ~2; out 0x92, al
    ...[0x8b, 0x1d, 0x00, 0x00, 0x30, 0x00], // mov ebx, [0x300000]
    ...[0x0c, 0x02, 0xe6, 0x92], // or al, 2; out 0x92, al
    ...[0x8b, 0x0d, 0x00, 0x00, 0x30, 0x00, 0xf4], // mov ecx, [0x300000]; hlt
  ]
  // The code runs at 2 MiB, whose line 20 is clear.
  const { start, ...rest } = kernelPlan('busy')
  if (start.kind !== 'direct') throw new Error('the plan of a kernel is direct')
  const code = {
    kind: 'bytes',
    at: 0x210000n,
    bytes: Uint8Array.from(masked),
    size: masked.length,
    what: 'code',
  } as const
  const cpu = { ...start.cpu, rip: code.at }
  const { machine, run } = await openPlan({
    ...rest,
    start: { ...start, cpu, memory: [...start.memory, code] },
  })
  expect(await run()).toMatchObject({ ending: { kind: 'deadHalt' } })
  expect(await machine.registers()).toMatchObject({ rbx: 0x2222_2222n, rcx: 0x3333_3333n })
  await machine.close()
})

describe('a guest that waits for an interrupt', () => {
  // mov al, 0xff; out 0x21, al; out 0xa1, al
  const maskAll = [0xb0, 0xff, 0xe6, 0x21, 0xe6, 0xa1]
  const sti = 0xfb

  test('HLT, all masked: it is idle until the deadline, which comes at once', async () => {
    const { machine, run } = await openCode([...maskAll, sti, 0xf4, 0xeb, 0xfd])
    expect(await run()).toEqual({
      why: 'deadline',
      activity: 'idle',
      at: { instructions: 5n, ns: 20_000_000_000n },
    })
    const later = await machine.run({ deadlineNs: 21_000_000_000n, any: [] })
    expect(later.at).toEqual({ instructions: 5n, ns: 21_000_000_000n })
    expect((await machine.registers()).halted).toBe(true)
    await machine.close()
  })

  test('a self-jump, all masked: it is busy until the deadline, each turn counted', async () => {
    const { run } = await openCode([...maskAll, sti, 0xeb, 0xfe])
    const { at, ...stop } = await run()
    expect(stop).toEqual({ why: 'deadline', activity: 'busy' })
    // 20 s at 14.318180 MHz × 70.
    expect(at).toEqual({ instructions: 20_045_450_000n, ns: 20_000_000_000n })
  })

  test('the timer wakes it, 18.2 times a second, and its handler runs', async () => {
    const { machine, run, printed } = await openKernel('idle')
    expect(await run()).toMatchObject({ why: 'deadline', activity: 'idle' })
    expect(printed('com1')).toBe('Idle\r\n')
    const second = 1_000_000_000n
    const before = await machine.now()
    const { at } = await machine.run({ deadlineNs: 30n * second, any: [] })
    // Ten seconds: 182 ticks, each a delivery, five instructions of the handler, JMP and HLT.
    expect((at.instructions ?? 0n) - (before.instructions ?? 0n)).toBe(182n * 8n)
    await machine.close()
  })

  test('without a handler the first tick ends it, as on any PC', async () => {
    const { run } = await openCode([sti, 0xeb, 0xfe])
    const stop = await run()
    const chain = stop.why === 'end' && stop.ending.kind === 'tripleFault' ? stop.ending.chain : []
    expect(chain.map(({ vector, errorCode }) => [vector, errorCode])).toEqual([
      [8, null],
      [13, 8 * 8 + 3],
      [13, 13 * 8 + 3],
      [8, 0],
      [13, 8 * 8 + 3],
    ])
  })
})

// In real mode the BIOS is called by numbers that exceptions have too: INT 10h is no x87 error.
test('what an INT instruction asked for is told from the exception of that number', async () => {
  const emptyIdt = [0x0f, 0x01, 0x1d, 0x40, 0x00, 0x10, 0x00] // lidt [0x100040], where zeros are
  const first = async (...code: number[]) => {
    const stop = await (await openCode([...emptyIdt, ...code])).run()
    const chain = stop.why === 'end' && stop.ending.kind === 'tripleFault' ? stop.ending.chain : []
    return chain.map(({ vector, isSoftware }) => [vector, isSoftware ?? false])[0]
  }
  expect(await first(0xcd, 0x10)).toEqual([16, true])
  expect(await first(0xcd, 0x80)).toEqual([128, true])
  expect(await first(0x0f, 0x0b)).toEqual([6, false])
  expect(await first(0xcc)).toEqual([3, false])
})

test('a triple fault, with each fault on the way', async () => {
  expect(await finalEnding(await openKernel('triple-fault'))).toMatchInlineSnapshot(`
    {
      "at": {
        "instructions": 2n,
        "ns": 999n,
      },
      "chain": [
        {
          "cr2": null,
          "errorCode": null,
          "failedStep": "its gate lies beyond the limit of the IDT, at 0x30",
          "rip": 1048583n,
          "vector": 6,
        },
        {
          "cr2": null,
          "errorCode": 51,
          "failedStep": "its gate lies beyond the limit of the IDT, at 0x68",
          "rip": 1048583n,
          "vector": 13,
        },
        {
          "cr2": null,
          "errorCode": 107,
          "failedStep": null,
          "rip": 1048583n,
          "vector": 13,
        },
        {
          "cr2": null,
          "errorCode": 0,
          "failedStep": "its gate lies beyond the limit of the IDT, at 0x40",
          "rip": 1048583n,
          "vector": 8,
        },
        {
          "cr2": null,
          "errorCode": 67,
          "failedStep": null,
          "rip": 1048583n,
          "vector": 13,
        },
      ],
      "kind": "tripleFault",
      "rip": 1048583n,
    }
  `)
})
