import { expect, test } from 'vitest'
import { findPvhNote } from '../../src/image/pvh.ts'
import { elfBytes, soundProgram, words } from './elf-bytes.ts'
import { flawsOf, readElfBytes } from './told.ts'

const xen = 0x006e6558
const entry32 = words(4, 4, 18, xen, 0x10_0010)

test('finds the entry, 4 or 8 bytes wide, behind other notes', () => {
  expect(findPvhNote(entry32)).toEqual({ kind: 'pvh', entry: 0x10_0010n })
  const entry64 = words(4, 8, 18, xen, 0x8765_4321, 0x1)
  expect(findPvhNote(entry64)).toEqual({ kind: 'pvh', entry: 0x1_8765_4321n })
  const gnu = words(4, 5, 3, 0x00554e47, 0x0403_0201, 0x05)
  expect(findPvhNote(new Uint8Array([...gnu, ...entry32]))).toEqual({ kind: 'pvh', entry: 0x10_0010n })
})

test('finds nothing in other notes and in broken ones', () => {
  expect(findPvhNote(words(4, 4, 17, xen, 0x10_0010))).toBeNull()
  expect(findPvhNote(words(4, 4, 18, 0x00554e47, 0x10_0010))).toBeNull()
  expect(findPvhNote(entry32.subarray(0, 19))).toBeNull()
  expect(findPvhNote(words(0xffff_fff0, 0xffff_fff0, 18))).toBeNull()
  expect(findPvhNote(words(4, 2, 18, xen, 0))).toBeNull()
})

test('a note that no program header covers', () => {
  const recipe = {
    contents: [{ at: 0x1080, bytes: entry32 }],
    sections: [{ type: 7, offset: 0x1080n, size: 20n }],
  }
  expect(readElfBytes(elfBytes(recipe)).contracts).toEqual([])
  expect(flawsOf(elfBytes(recipe), 'pvh-note-not-loaded')).toMatchInlineSnapshot(`
    "warning pvh-note-not-loaded
      a PVH note (entry 0x100010) lies in a section, but no PT_NOTE program header covers it
      loaders read program headers only and do not find it
      add \`note PT_NOTE;\` to the linker script's PHDRS and place the section with \`:note\` (and its segment)"
  `)
  const programs = [soundProgram, { type: 4, offset: 0x1080n, fileSize: 20n }]
  expect(readElfBytes(elfBytes({ ...recipe, programs })).contracts).toEqual([
    { kind: 'pvh', entry: 0x10_0010n },
  ])
})

test('an entry in no segment', () => {
  const programs = [
    { ...soundProgram, virtual: 0xffff_ffff_8010_0000n, physical: 0x20_0000n },
    { type: 4, offset: 0x1080n, fileSize: 20n },
  ]
  const bytes = elfBytes({ programs, contents: [{ at: 0x1080, bytes: entry32 }] })
  expect(flawsOf(bytes, 'pvh-entry-outside-segments')).toMatchInlineSnapshot(`
    "warning pvh-entry-outside-segments
      the PVH note's entry 0x100010 lies in no segment's physical memory
      a PVH loader jumps there with paging off, into memory that holds no code
      give the physical address of 32-bit code: dd (start32 - KERNEL_VIRTUAL_BASE)"
  `)
})
