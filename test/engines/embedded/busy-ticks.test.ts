import { expect, test } from 'vitest'
import { bootCodePlan } from './boot-code.ts'
import { openPlan } from './open-embedded.ts'

/** Of the timer's 1,193,182 counts a second each of its interrupts takes 65,536. */
const ticksOfSecond = Math.floor(1_193_182 / 65_536)

test.each([
  ['looks for a key', 'mov ah, 1; int 0x16'],
  ['asks for the time of day', 'mov ah, 0; int 0x1a'],
  ['writes by the BIOS', 'mov ax, 0x0e41; int 0x10'],
  ['reads a port', 'in al, 0x64'],
  ['pauses', 'pause'],
  ['computes', 'inc ax'],
])('no tick of the timer is lost on a guest that %s over and over', async (_, code) => {
  const { machine } = await openPlan(bootCodePlan(`l: ${code}; jmp l`))
  const ticksOfDay = async () => Buffer.from(await machine.read('physical', 0x46cn, 4)).readUInt32LE()
  const before = await ticksOfDay()
  await machine.run({ deadlineNs: 1_000_000_000n, any: [] })
  expect((await ticksOfDay()) - before).toBe(ticksOfSecond)
  await machine.close()
})

test('nor is one of 8 kHz on a guest that does nothing but look for a key', async () => {
  const divisor = 149
  const handler = 'h: inc word [cs:0x7e00]; push ax; mov al, 0x20; out 0x20, al; pop ax; iret'
  const rate = `mov al, 0x34; out 0x43, al; mov al, ${divisor}; out 0x40, al; mov al, 0; out 0x40, al`
  const hook = 'mov ds, ax; mov word [0x7e00], 0; mov word [0x20], h; mov [0x22], ax'
  const code = `xor ax, ax; cli; ${hook}; ${rate}; sti; l: mov ah, 1; int 0x16; jmp l; ${handler}`
  const { machine } = await openPlan(bootCodePlan(code))
  const ticks = async () => Buffer.from(await machine.read('physical', 0x7e00n, 2)).readUInt16LE()
  // It looks often enough by then for its time to pass faster.
  await machine.run({ deadlineNs: 200_000_000n, any: [] })
  const before = await ticks()
  await machine.run({ deadlineNs: 1_200_000_000n, any: [] })
  const expected = 1_193_182 / divisor
  const seen = (await ticks()) - before
  expect([seen > expected - 2, seen < expected + 2]).toEqual([true, true])
  await machine.close()
})
