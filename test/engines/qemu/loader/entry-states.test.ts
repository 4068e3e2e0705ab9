import { copyFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { MachineOptions } from '../../../../src/boot/plan.ts'
import { module, planOfFile } from '../../../boot-plans/plan-of.ts'
import { kernel } from '../../../kernels/build.ts'
import { qemuVersions } from '../bare-qemu.ts'
import { mapLines, passed, runPlan, runQemu } from './run-start.ts'

const parts = {
  commandLine: 'quiet "x y"',
  modules: [module('first', 'one', 'first --b'), module('second', 'two')],
}

/**
 * The RSDP in hexadecimal, as multiboot2-report prints it. Its checksum and RSDT address are the firmware's
 * choice.
 */
const rsdp = /5253442050545220[0-9a-f]{24}/

/**
 * A disk with the boot sector that asks for the BIOS' map; padded, because on a q35 a single sector is
 * unreadable.
 */
function askBios(folder: string): string[] {
  const disk = join(folder, 'disk.img')
  copyFileSync(kernel('e820-sector'), disk)
  truncateSync(disk, 1 << 20)
  return ['-drive', `format=raw,file=${disk}`]
}

describe.each(qemuVersions)('on QEMU %s', (version) => {
  test('multiboot1: registers, information, modules, memory map, a .bss of zeros', () => {
    const { serial, status, stderr } = runPlan(version, planOfFile(kernel('multiboot1-report'), parts))
    expect(status, stderr).toBe(passed)
    const steady = serial.replace(/(?<=2badb002 )[0-9a-f]{8}/, '(where)')
    expect(steady).toMatchInlineSnapshot(`
      "eflags 00000002 
      eax ebx ecx edx 2badb002 (where) 00000000 00000000 
      esi edi ebp 00000000 00000000 00000000 
      cr0 00000011 
      cr4 00000000 
      cs ds es fs gs ss tr ldtr 00000010 00000018 00000018 00000018 00000018 00000018 00000000 00000000 
      gdt idt limits 0000001f 00000000 
      flags 0000126d 
      lower 0000027f 
      upper 0001fb80 
      command line quiet "x y"
      loader kerneltest
      module 00000000 first --b one
      module 00000000  two
      map 00000000 00000000 00000000 0009fc00 00000001 
      map 00000000 0009fc00 00000000 00000400 00000002 
      map 00000000 000f0000 00000000 00010000 00000002 
      map 00000000 00100000 00000000 07ee0000 00000001 
      map 00000000 07fe0000 00000000 00020000 00000002 
      map 00000000 fffc0000 00000000 00040000 00000002 
      map 000000fd 00000000 00000003 00000000 00000002 
      zero 00000000 
      "
    `)
  })

  test('multiboot2: an ELF64 at 0xffffffff88000000, entered at its physical address', () => {
    const { serial, status, stderr } = runPlan(version, planOfFile(kernel('multiboot2-report'), parts))
    expect(status, stderr).toBe(passed)
    const bytes = Buffer.from(rsdp.exec(serial)?.[0] ?? '', 'hex')
    expect([bytes.length, bytes.reduce((sum, byte) => sum + byte, 0) % 256]).toEqual([20, 0])
    expect(serial.replace(rsdp, '(the RSDP)')).toMatchInlineSnapshot(`
      "36d76289 
      00000001 00000014 
      717569657420227820792200
      00000002 00000013 
      6b65726e656c7465737400
      00000003 0000001a 
      00001000030010006669727374202d2d6200
      00000003 00000011 
      001010000310100000
      00000004 00000010 
      7f02000080fb0100
      00000008 00000020 
      00800b0000000000a0000000500000001900000010020000
      0000000e 0000001c 
      (the RSDP)
      00000015 0000000c 
      00002000
      00000006 000000b8 
      map 00000000 00000000 00000000 0009fc00 00000001 
      map 00000000 0009fc00 00000000 00000400 00000002 
      map 00000000 000f0000 00000000 00010000 00000002 
      map 00000000 00100000 00000000 07ee0000 00000001 
      map 00000000 07fe0000 00000000 00020000 00000002 
      map 00000000 fffc0000 00000000 00040000 00000002 
      map 000000fd 00000000 00000003 00000000 00000002 
      00000000 
      64-bit mode at 0xffffffff88000000
      "
    `)
  })

  test('PVH: start information, task register, the RSDP that it points to', () => {
    const { serial, status, stderr } = runPlan(version, planOfFile(kernel('pvh-report'), parts))
    expect(status, stderr).toBe(passed)
    expect(serial).toMatchInlineSnapshot(`
      "eflags 00000002 
      eax ebx ecx edx 00000000 00010c68 00000000 00000000 
      esi edi ebp 00000000 00000000 00000000 
      cr0 00000011 
      cr4 00000000 
      cs ds es fs gs ss tr ldtr 00000010 00000018 00000018 00000018 00000018 00000018 00000020 00000000 
      gdt idt limits 00000027 00000000 
      magic version flags 336ec578 00000001 00000000 
      command line quiet "x y"
      rsdp RSD PTR 
      module first --b one
      module  two
      map 00000000 00000000 00000000 0009fc00 00000001 
      map 00000000 0009fc00 00000000 00000400 00000002 
      map 00000000 000f0000 00000000 00010000 00000002 
      map 00000000 00100000 00000000 07ee0000 00000001 
      map 00000000 07fe0000 00000000 00020000 00000002 
      map 00000000 fffc0000 00000000 00040000 00000002 
      map 000000fd 00000000 00000003 00000000 00000002 
      "
    `)
  })

  test('ELF64 without a header at 0xffffffff80000000: stack, data, SSE, read-only text', () => {
    const { serial, status, stderr } = runPlan(version, planOfFile(kernel('elf64-report')))
    expect(status, stderr).toBe(passed)
    expect(serial).toMatchInlineSnapshot(`
      "general 0000000000000000
      rflags  0000000000000002
      rsp%16  0000000000000008
      return  0000000000000000
      cr0     0000000080010033
      cr4     0000000000000620
      efer    0000000000000d00
      cs      0000000000000010
      ss      0000000000000018
      idt     0000000000000000
      data    0000000000000029
      bss     0000000000000000
      sse     000000000000002a
      screen  0720072007200720
      start   ffffffff80000000
      fault   0000000000000003
      cr2     ffffffff80000000
      "
    `)
  })

  test('a kernel over the memory that the BIOS works with is whole', () => {
    const { serial, status, stderr } = runPlan(version, planOfFile(kernel('low-memory')))
    expect(status, stderr).toBe(passed)
    expect(serial).toBe('loader kerneltest\nnot filled 00000000 \nnot zero 00000000 \n')
  })

  test.each<MachineOptions>([
    { shape: 'pc', memoryMiB: 8, cpus: 1 },
    { shape: 'pc', memoryMiB: 3584, cpus: 1 },
    { shape: 'q35', memoryMiB: 64, cpus: 2 },
    { shape: 'q35', memoryMiB: 3072, cpus: 1 },
  ])("the kernel sees the BIOS' own memory map: %o", (machine) => {
    const options = { machine: machine.shape, memoryMiB: machine.memoryMiB, cpus: machine.cpus }
    const truth = mapLines(runQemu(version, machine, askBios).serial)
    expect(truth.length).toBeGreaterThan(4)
    for (const name of ['multiboot1-report', 'multiboot2-report', 'pvh-report']) {
      const { serial, status } = runPlan(version, planOfFile(kernel(name), options))
      expect({ name, status, map: mapLines(serial) }).toEqual({ name, status: passed, map: truth })
    }
  })
  test.each<MachineOptions>([
    { shape: 'pc', memoryMiB: 4, cpus: 1 },
    { shape: 'q35', memoryMiB: 32, cpus: 1 },
    { shape: 'pc', memoryMiB: 33, cpus: 1 },
    { shape: 'pc', memoryMiB: 256, cpus: 4 },
    { shape: 'q35', memoryMiB: 128, cpus: 1 },
  ])('the firmware touches the end of RAM alone, our stub a few KiB below that: %o', (machine) => {
    const options = { machine: machine.shape, memoryMiB: machine.memoryMiB, cpus: machine.cpus }
    const { serial, status, stderr } = runPlan(version, planOfFile(kernel('memory-scan'), options))
    expect(status, stderr).toBe(passed)
    const [first = 0, last = 0, limit = 0] = [...serial.matchAll(/ ([0-9a-f]{8}) /g)].map(([, hex = '']) =>
      Number.parseInt(hex, 16),
    )
    const firmwareMiB = machine.memoryMiB > 32 ? 17 : 1
    expect(limit).toBe((machine.memoryMiB - firmwareMiB) << 20)
    expect({ first: limit - first <= 8192, last: last < limit && last > first }).toEqual({
      first: true,
      last: true,
    })
  })
})
