import { describe, expect, test } from 'vitest'
import type { Registers } from '../../src/observe/registers.ts'
import { readAddressSpace } from '../../src/session/read-address-space.ts'
import { planOfFile } from '../boot-plans/plan-of.ts'
import { kernel } from '../kernels/build.ts'
import { onBoth } from './on-both.ts'

const limit = { deadlineNs: 60_000_000_000n, any: [] }
const example = (name: string) => new URL(`../../examples/${name}/${name}.elf`, import.meta.url).pathname

/** QEMU's LTR leaves the busy bit out of the hidden part, its LLDT of null leaves old rights there. */
function comparable({ tr, ldtr, ...registers }: Registers): object {
  return { ...registers, tr: { ...tr, attributes: tr.attributes | 0x200 }, ldtr: { ...ldtr, attributes: 0 } }
}

test.each([
  ['multiboot1', kernel('multiboot1-report')],
  ['multiboot2', kernel('multiboot2-report')],
  ['PVH', kernel('pvh-report')],
  ['ELF64', kernel('elf64-report')],
])('%s: every register at the first instruction', async (_, image) => {
  const plan = planOfFile(image)
  if (plan.start.kind !== 'direct') throw new Error('these boot directly')
  const linear = plan.start.cpu.rip
  const [qemu, embedded] = await onBoth(plan, async (machine, { name }) => {
    if (name === 'qemu') await machine.run({ ...limit, any: [{ on: 'address', linear }] })
    return comparable(await machine.registers())
  })
  expect(embedded).toEqual(qemu)
})

/** What the firmware of a machine decides: how much it reserves, and its ACPI. */
function withoutFirmware(text: string): string {
  return text
    .replace(/^map [^\n]*\n/gm, '')
    .replace(/^upper [^\n]*/gm, 'upper')
    .replace(/^rsdp [^\n]*/gm, 'rsdp')
    .replace(/(?<=^0000000e 0000001c \s*)[0-9a-f]+/gm, '(the RSDP)')
    .replace(/(?<=^00000004 00000010 \s*7f020000)[0-9a-f]+/gm, '(upper memory)')
    .replace(/(?<=^00000006 )[0-9a-f]+/gm, '(map)')
}

test.each(['multiboot1-report', 'multiboot2-report', 'pvh-report', 'low-memory'])(
  '%s finds the same',
  async (name) => {
    const plan = planOfFile(kernel(name), { commandLine: 'quiet "x y"' })
    const [qemu, embedded] = await onBoth(plan, async (machine, _engine, printed) => {
      const stop = await machine.run(limit)
      return { end: stop.why === 'end' && { ...stop.ending, at: null }, text: withoutFirmware(printed()) }
    })
    expect(embedded).toEqual(qemu)
    expect(embedded).toMatchObject({ end: { kind: 'exit', value: 0x10 } })
  },
)

describe.each(['hello-serial', 'higher-half', 'bare-elf64'])('%s', (name) => {
  test('ends, prints, shows and maps the same', async () => {
    const [qemu, embedded] = await onBoth(planOfFile(example(name)), async (machine, _engine, printed) => {
      const stop = await machine.run(limit)
      const space = await readAddressSpace(machine)
      return {
        end: stop.why === 'end' && { ...stop.ending, at: null },
        text: printed(),
        screen: await machine.screen(),
        tables: String(space),
        ranges: space.ranges(),
      }
    })
    expect(embedded).toEqual(qemu)
  })
})
