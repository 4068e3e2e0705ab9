import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MemoryLayout } from '../../src/boot/memory-layout.ts'
import { loadSectionTable } from '../../src/boot/section-table.ts'
import { bytesSource } from '../../src/image/byte-source.ts'
import type { ElfImage } from '../../src/image/image.ts'
import { readImage } from '../../src/image/read.ts'
import { kernel } from '../kernels/build.ts'
import { elf } from './images.ts'
import { PhysicalMemory } from './physical-memory.ts'
import { directStartOf, planOf } from './plan-of.ts'

const machine = { shape: 'pc', memoryMiB: 64, cpus: 1 } as const

function read(name: string): ElfImage {
  const image = readImage(bytesSource(readFileSync(kernel(name))), name)
  if (image.kind !== 'elf') throw new Error(`${name} is no ELF`)
  return image
}

test.each([
  { name: 'multiboot1-report', bits: 32, nameField: 0, addressField: 12 },
  { name: 'multiboot2-report', bits: 64, nameField: 0, addressField: 16 },
])('a kernel of $bits bits reads the names of its sections', ({ name, nameField, addressField }) => {
  const layout = new MemoryLayout(machine)
  const table = loadSectionTable(layout, read(name))
  if (!table) throw new Error('no section table')
  const { cpu } = directStartOf(planOf(elf()))
  const memory = new PhysicalMemory({ kind: 'direct', memory: layout.parts, cpu })
  const view = new DataView(table.bytes.buffer)
  const address = (index: number) => view.getUint32(index * table.entryBytes + addressField, true)
  const names = Array.from({ length: table.count }, (_, index) =>
    memory.text(address(table.namesIndex) + view.getUint32(index * table.entryBytes + nameField, true)),
  )
  expect(names.filter((one) => /^\.(text|bss|symtab|strtab|shstrtab)$/.test(one)).sort()).toEqual([
    '.bss',
    '.shstrtab',
    '.strtab',
    '.symtab',
    '.text',
  ])
  expect(address(names.indexOf('.text'))).toBe(name === 'multiboot1-report' ? 0x100000 : 0x88000000)
})

test('a file without section headers has none to hand over, one with damaged headers neither', () => {
  const layout = new MemoryLayout(machine)
  expect(loadSectionTable(layout, elf())).toBe(null)
  const bytes = Uint8Array.from(readFileSync(kernel('multiboot1-report')))
  new DataView(bytes.buffer).setUint32(32, bytes.length - 8, true)
  expect(loadSectionTable(layout, { ...read('multiboot1-report'), source: bytesSource(bytes) })).toBe(null)
  expect(layout.parts).toEqual([])
})
