import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseRegisters, readRegisters } from '../../../src/engines/qemu/registers.ts'
import type { Registers } from '../../../src/observe/registers.ts'
import { kernel } from '../../kernels/build.ts'
import { collect, qemuVersions, startQemu } from './bare-qemu.ts'

function cpu(all: readonly Registers[], number: number): Registers {
  const found = all[number]
  if (found === undefined) throw new Error(`there is no CPU ${number}`)
  return found
}

/** What the kernel `observed` loads, and what QEMU 7.2 and 10.0 printed for it: `info registers -a`. */
const observed = {
  rax: 0x1111111111111111n,
  rbx: 0x2222222222222222n,
  rcx: 0x3333333333333333n,
  rdx: 0x4444444444444444n,
  rsi: 0x5555555555555555n,
  rdi: 0x6666666666666666n,
  rbp: 0x7777777777777777n,
  r8: 0x8888888888888888n,
  r9: 0x9999999999999999n,
  r10: 0xaaaaaaaaaaaaaaaan,
  r11: 0xbbbbbbbbbbbbbbbbn,
  r12: 0xccccccccccccccccn,
  r13: 0xddddddddddddddddn,
  r14: 0xeeeeeeeeeeeeeeeen,
  r15: 0xffffffffffffffffn,
  cr0: 0x80010011n,
  cr2: 0n,
  cr3: 0x120000n,
  cr4: 0x20n,
  efer: 0xd00n,
  cs: { selector: 0x08, base: 0n, limit: 0xffffffff, attributes: 0xa09b00 },
  ss: { selector: 0x10, base: 0n, limit: 0xffffffff, attributes: 0xc09300 },
  ds: { selector: 0x10, base: 0n, limit: 0xffffffff, attributes: 0xc09300 },
  es: { selector: 0x10, base: 0n, limit: 0xffffffff, attributes: 0xc09300 },
  fs: { selector: 0x10, base: 0n, limit: 0xffffffff, attributes: 0xc09300 },
  gs: { selector: 0x10, base: 0xffffffff80123456n, limit: 0xffffffff, attributes: 0xc09300 },
  ldtr: { selector: 0x28, base: 0x120000n, limit: 0xf, attributes: 0x8200 },
  // QEMU keeps the TSS "available" in the hidden part, where a processor has it busy.
  tr: { selector: 0x18, base: 0x13e000n, limit: 0x67, attributes: 0x8900 },
  idtr: { base: 0xffffffff8013d000n, limit: 0xfff },
  x87: { fcw: 0x37f, fsw: 0, ftw: 0xffff },
  mxcsr: 0x1f80,
  cpl: 0,
  halted: false,
}

const realMode = {
  efer: 0n,
  cs: { selector: 0x800, base: 0x8000n, limit: 0xffff, attributes: 0x9b00 },
  ds: { selector: 0, base: 0n, limit: 0xffff, attributes: 0x9300 },
  cr0: 0x60000010n,
  r8: 0n,
  gdtr: { base: 0n, limit: 0xffff },
}

describe.each(qemuVersions)('QEMU %s', (version) => {
  const dump = (name: string) =>
    readFileSync(new URL(`register-dumps/${name}-${version}.txt`, import.meta.url), 'utf8')

  test('64-bit and real-mode dumps', () => {
    const all = parseRegisters(dump('long-mode'))
    expect(all).toHaveLength(2)
    expect(cpu(all, 0)).toMatchObject(observed)
    expect(cpu(all, 0).gdtr.limit).toBe(0x37)
    expect(cpu(all, 1)).toMatchObject(realMode)
  })

  test('dumps of halted CPUs in real mode and in 32-bit code', () => {
    const all = parseRegisters(dump('firmware'))
    expect(cpu(all, 0)).toMatchObject({ halted: true, rflags: 0x246n, rsp: 0x6f94n, efer: 0n, cr3: 0n })
    expect(cpu(all, 0).idtr).toEqual({ base: 0n, limit: 0x3ff })
    expect(cpu(all, 1)).toMatchObject({
      halted: true,
      rflags: 2n,
      rsp: 0x6c5cn,
      cr0: 0x11n,
      cs: { selector: 8, base: 0n, limit: 0xffffffff, attributes: 0xc09b00 },
      gdtr: { base: 0xf6180n, limit: 0x37 },
      ldtr: { selector: 0, base: 0n, limit: 0xffff, attributes: 0x8200 },
      tr: { selector: 0, base: 0n, limit: 0xffff, attributes: 0x8b00 },
    })
  })

  test('a running machine', async () => {
    const qemu = await startQemu(version, ['-smp', '2', '-kernel', kernel('observed')])
    try {
      const powerOn = await readRegisters(qemu.monitor)
      expect(powerOn).toHaveLength(2)
      expect(cpu(powerOn, 0)).toMatchObject({ rip: 0xfff0n, halted: false })
      expect(cpu(powerOn, 0).cs).toEqual({
        selector: 0xf000,
        base: 0xffff0000n,
        limit: 0xffff,
        attributes: 0x9b00,
      })
      const serial = collect(qemu.serial)
      const otherCounter = async () => (await qemu.qtest.readPhysical(0x8024n, 1))[0] ?? 0
      await qemu.runUntil(async () => serial.text() === 'R' && (await otherCounter()) > 0)
      const [boot, other] = await readRegisters(qemu.monitor)
      expect(boot).toMatchObject({ cr3: 0x120000n, efer: 0xd00n, gs: observed.gs, idtr: observed.idtr })
      expect(other).toMatchObject(realMode)
    } finally {
      await qemu.close()
    }
  })
})
