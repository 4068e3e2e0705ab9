import { isDeepStrictEqual } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { MediaGuest } from '../../machine/media-guest.ts'
import { bootCodePlan } from './boot-code.ts'
import { openPlan } from './open-embedded.ts'

const second = 1_000_000_000
/** More than the BIOS keeps, which are 15. */
const text = Array.from('more keys than the buffer of a bios holds')

const send = 'mov dx, 0x3f8; out dx, al'
const sleep = (microseconds: number) =>
  `mov ah, 0x86; mov cx, ${microseconds >> 16}; mov dx, ${microseconds & 0xffff}; int 0x15`
/** Every 260 ms. */
const readsSlowly = `l: ${sleep(260_000)}; mov ah, 0; int 0x16; ${send}; jmp l`
const hook =
  'mov ax, 0; mov ds, ax; cli; mov ax, [0x24]; mov bx, [0x26]; mov [0x7e00], ax; mov [0x7e02], bx; '
const vector = (label: string) => `mov word [0x24], ${label}; mov word [0x26], 0; sti`

/** Types at `ready`, and answers what came back. */
async function typed(code: string, keys: readonly string[], runFor = 20): Promise<string> {
  const { machine, run, printed } = await openPlan(bootCodePlan(code))
  onTestFinished(async () => void (await machine.close()))
  await run({ on: 'output', port: 'com1', pattern: '>', from: 0 })
  await machine.input({ to: 'keyboard', keys })
  await machine.run({ deadlineNs: BigInt(runFor * second), any: [] })
  return printed('com1').slice(1)
}

const ready = `mov al, '>'; ${send}`

test.each([
  ['takes one now and then', `${ready}; ${readsSlowly}`],
  ['hooks INT 09h and hands on', `${hook}; ${vector('h')}; ${ready}; ${readsSlowly}; h: jmp far [cs:0x7e00]`],
])('a guest that %s gets every key', async (_, code) => {
  expect(await typed(code, text)).toBe(text.join(''))
})

test('a key that nobody takes is not in the way of Ctrl+Alt+Delete', async () => {
  const { machine, run } = await openPlan(bootCodePlan('sti; l: jmp l'))
  onTestFinished(async () => void (await machine.close()))
  await machine.input({ to: 'keyboard', keys: ['a', 'ctrl+alt+delete'] })
  expect(await run()).toMatchObject({ ending: { kind: 'reset' } })
})

const ownHandler = `h: push ax; push dx; in al, 0x60; ${send}; mov al, 0x20; out 0x20, al; pop dx; pop ax; iret`
const waitsForOne = `${ready}; w: mov ah, 1; int 0x16; jz w`

test.each([
  ['of its own', `${waitsForOne}; ${hook}; ${vector('h')}; l: hlt; jmp l; ${ownHandler}`],
  ['after the BIOS', `${waitsForOne}; cli; l: in al, 0x64; test al, 1; jz l; in al, 0x60; ${send}; jmp l`],
])('a guest with a keyboard %s gets keys though it has left one in the buffer', async (_, code) => {
  const codes = Buffer.from(await typed(code, ['a', 'b', 'c'], 3), 'latin1')
  // What comes of the first one's going up depends on when the guest takes over.
  expect([...codes].filter((byte) => byte !== 0x9e)).toEqual([0x30, 0xb0, 0x2e, 0xae])
})

test('what is still to be typed is saved, and typed alike', () => {
  const plan = bootCodePlan(`${ready}; ${readsSlowly}`)
  const made = (): MediaGuest => {
    const guest = new MediaGuest(plan)
    onTestFinished(() => guest.close())
    return guest
  }
  const runTo = (guest: MediaGuest, tick: number) => guest.machine.runUntil(tick, Number.POSITIVE_INFINITY)
  const [first, next] = [made(), made()]
  runTo(first, second / 10)
  for (const key of text) first.machine.press([key === ' ' ? 'space' : key])
  runTo(first, 3 * second)
  const saved = structuredClone(first.save())
  next.load(saved)
  for (const guest of [first, next]) runTo(guest, 20 * second)
  expect(first.printed.slice(1)).toBe(text.join(''))
  expect(first.printed.endsWith(next.printed)).toBe(true)
  expect(isDeepStrictEqual(next.save(), first.save())).toBe(true)
})
