import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { BootPlan, Medium } from '../../../src/boot/plan.ts'
import type { Screen } from '../../../src/observe/screen.ts'
import { assemble } from '../../machine/control/assemble.ts'
import { planOf } from '../plans.ts'
import { openPlan } from './open-embedded.ts'

const bootSector = fileURLToPath(new URL('../../../examples/boot-sector/boot-sector.img', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'kerneltest-bios-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

/** An image of four sectors that begins so, with a boot signature or without. */
function image(begins: Uint8Array, signature = 0xaa55): string {
  const bytes = Buffer.alloc(2048)
  bytes.set(begins)
  bytes.writeUInt16LE(signature, 510)
  const path = join(folder, `${files++}.img`)
  writeFileSync(path, bytes)
  return path
}

/** Disks by their paths, booted in this order. */
function diskPlan(...paths: readonly string[]): BootPlan {
  const media = paths.map((path, index): Medium => ({ id: `disk${index}`, kind: 'disk', path }))
  return planOf({ kind: 'firmware', firmware: 'bios', bootOrder: media.map(({ id }) => id) }, { media })
}

function textOf(screen: Screen): readonly string[] {
  if (screen.kind !== 'text') throw new Error('the screen shows text')
  const text = Buffer.from(screen.codes).toString('latin1')
  const lines = Array.from({ length: screen.rows }, (_, row) =>
    text.slice(row * screen.columns, (row + 1) * screen.columns).trimEnd(),
  )
  return lines.filter((line) => line !== '')
}

test('a boot sector reads its second stage by int 13h, goes to long mode and shows HR in red', async () => {
  const { machine, run } = await openPlan(diskPlan(bootSector))
  const pattern = { pattern: 'HR', row: 0, column: 0, foreground: 'red', background: 'black' } as const
  expect(await run({ on: 'screen', pattern, shown: true })).toMatchObject({ why: 'condition' })
  const { efer } = await machine.registers()
  expect(efer & 0x400n).toBe(0x400n)
  expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'hang' } })
  await machine.close()
})

test('what cannot be booted says why', async () => {
  const { machine } = await openPlan(diskPlan(image(Uint8Array.of(0xf4), 0), image(Uint8Array.of(0xf4), 1)))
  const stop = await machine.run({ deadlineNs: 100_000_000n, any: [] })
  expect(stop).toMatchObject({ why: 'deadline', activity: 'firmware' })
  expect(textOf(await machine.screen())).toEqual([
    'Hard disk 80h has no boot signature (55 AA at the end of its first sector).',
    'Hard disk 81h has no boot signature (55 AA at the end of its first sector).',
    'No bootable device.',
  ])
  await machine.close()
})

test('what gives up by int 18h leaves the next drive its turn', async () => {
  const givesUp = image(assemble(16, 'int 0x18'))
  const exits = image(assemble(16, 'mov al, dl; out 0xf4, al'))
  const { machine, run } = await openPlan(diskPlan(givesUp, exits))
  expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x81 } })
  await machine.close()
})

test('a jump to the reset vector, and Ctrl+Alt+Del, reset the machine', async () => {
  const jumps = await openPlan(diskPlan(image(assemble(16, 'jmp 0xffff:0'))))
  expect(await jumps.run()).toMatchObject({ ending: { kind: 'reset', by: 'keyboard' } })
  await jumps.machine.close()
  const waits = await openPlan(diskPlan(image(assemble(16, 'mov ah, 0; int 0x16'))))
  await waits.machine.input({ to: 'keyboard', keys: ['ctrl-alt-delete'] })
  expect(await waits.run()).toMatchObject({ ending: { kind: 'reset', by: 'keyboard' } })
  await waits.machine.close()
})

test('a guest that waits for a key says so, and goes on with one, interrupts masked or not', async () => {
  const reads = 'mov ah, 0; int 0x16; out 0xf4, al'
  for (const code of [reads, `cli; ${reads}`]) {
    const { machine, run } = await openPlan(diskPlan(image(assemble(16, code))))
    const stop = await machine.run({ deadlineNs: 500_000_000n, any: [] })
    expect(stop).toMatchObject({ why: 'deadline', activity: 'waitsForKey' })
    await machine.input({ to: 'keyboard', keys: ['k'] })
    expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x6b } })
    await machine.close()
  }
})
