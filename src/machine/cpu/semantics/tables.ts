import type { Semantic } from './operations.ts'

/** 16 bits of limit, then a base: 8 bytes in 64-bit mode, else 4; a 16-bit operand size takes three. */
function loadTable(table: 'gdt' | 'idt'): Semantic {
  return (b) => {
    const address = b.effectiveAddress()
    const limit = b.get(b.at('source', address, 'r', 2))
    const bytes = b.bytes === 8 ? 8 : 4
    const read = b.get(b.at('source', b.op('add', address, 2), 'r', bytes))
    const base = b.bytes === 2 ? b.op('and', read, 0xff_ffff) : read
    b.commit(() => b.setTable(table, base, limit))
  }
}

export const tables: Readonly<Record<string, Semantic>> = { LGDT: loadTable('gdt'), LIDT: loadTable('idt') }
