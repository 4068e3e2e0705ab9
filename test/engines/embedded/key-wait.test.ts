import { expect, test } from 'vitest'
import { bootCodePlan } from './boot-code.ts'
import { openPlan } from './open-embedded.ts'

const waitsForKey = { on: 'waitsForKey' } as const
const looksThen = (label: string, back = 'jz') => `mov ah, 1; int 0x16; ${back} ${label}`
const looks = `l: ${looksThen('l')}`
const takes = 'mov ah, 0; int 0x16; out 0xf4, al'

const booted = (code: string) => openPlan(bootCodePlan(code))

test.each([
  ['in a call', takes, 10_000_000n],
  ['by looking for one', `${looks}; ${takes}`, 300_000_000n],
  ['by looking when a timer wakes it', `l: hlt; mov ah, 1; int 0x16; jz l; ${takes}`, 350_000_000n],
])('a run stops where the guest waits for a key %s, and goes on with one', async (_, code, latest) => {
  const { machine, run } = await booted(code)
  const stop = await run(waitsForKey)
  expect(stop).toMatchObject({ why: 'condition', index: 0 })
  expect(stop.at.ns).toBeLessThan(latest)
  expect(await run(waitsForKey)).toMatchObject({ why: 'condition' })
  await machine.input({ to: 'keyboard', keys: ['k'] })
  expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x6b } })
  await machine.close()
})

test('with keys on their way it does not wait yet', async () => {
  const { machine, run } = await booted('mov di, 0; l: mov ah, 0; int 0x16; mov [di], al; add di, 2; jmp l')
  await machine.input({ to: 'keyboard', keys: ['a', 'b', 'c'] })
  expect(await run(waitsForKey)).toMatchObject({ why: 'condition' })
  const screen = await machine.screen()
  expect(screen.kind === 'text' && Buffer.from(screen.codes.subarray(0, 3)).toString()).toBe('abc')
  await machine.close()
})

test.each([
  ['looks for a key', looks, 'waitsForKey'],
  ['asks for the cursor meanwhile', `m: mov ah, 3; int 0x10; ${looksThen('m')}`, 'waitsForKey'],
  ['puts the cursor where it is', `m: mov ah, 2; mov dx, 0; int 0x10; ${looksThen('m')}`, 'waitsForKey'],
  ['asks for the state of a port', `mov dx, 0; m: mov ah, 3; int 0x14; ${looksThen('m')}`, 'waitsForKey'],
  ['looks 300 times, then computes', 'mov cx, 300; m: mov ah, 1; int 0x16; loop m; jmp $', 'busy'],
  [
    'sends now and then',
    `mov dx, 0x3f8; m: out dx, al; mov cx, 200; n: ${looksThen('n', 'loop')}; jmp m`,
    'busy',
  ],
  ['draws meanwhile', 'l: inc byte [0]; mov ah, 1; int 0x16; jz l', 'busy'],
  ['writes by the BIOS meanwhile', 'l: mov ax, 0x0e07; int 0x10; mov ah, 1; int 0x16; jz l', 'busy'],
  ['sends meanwhile', 'mov dx, 0x3f8; l: out dx, al; mov ah, 1; int 0x16; jz l', 'busy'],
  [
    'reads the disk meanwhile',
    'mov dx, 0x80; l: mov ax, 0x0401; mov cx, 1; int 0x13; mov ah, 1; int 0x16; jz l',
    'busy',
  ],
  ['waits for an interrupt of APM', 'l: mov ax, 0x5305; int 0x15; jmp l', 'busy'],
])('a guest that %s, at its limit', async (_, code, activity) => {
  const { machine } = await booted(code)
  const stop = await machine.run({
    deadlineNs: 600_000_000n,
    any: [waitsForKey].slice(activity === 'busy' ? 0 : 1),
  })
  expect(stop).toMatchObject({ why: 'deadline', activity })
  await machine.close()
})
