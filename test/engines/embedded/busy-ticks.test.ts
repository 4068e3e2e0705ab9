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
