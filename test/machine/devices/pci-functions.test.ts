import { expect, test } from 'vitest'
import type { MachineShape } from '../../../src/machine/machine-shape.ts'
import { makePc } from '../make-pc.ts'

/** A register, its bytes, and what it reads after zeros and after ones were written. */
type Register = readonly [name: string, at: number, bytes: number, zeros: number, ones: number]

/** By their data sheets; where a name says so, what is left out here reads as a constant. */
const functions: readonly (readonly [
  what: string,
  shape: MachineShape,
  device: number,
  number: number,
  registers: readonly Register[],
])[] = [
  [
    '82441FX, Intel 290549',
    'pc',
    0,
    0,
    [
      ['PAM0', 0x59, 1, 0, 0x30],
      ['PAM1 and PAM2', 0x5a, 2, 0, 0x3333],
      ['PAM6', 0x5f, 1, 0, 0x33],
      ['DRB0', 0x60, 1, 0, 0xff],
      ['SMRAM, closed', 0x72, 1, 2, 2],
    ],
  ],
  [
    '82371SB, Intel 290550: the ISA bridge',
    'pc',
    1,
    0,
    [
      ['IORT', 0x4c, 1, 0, 0xff],
      ['XBCS', 0x4e, 2, 0, 0x01f7],
      ['PIRQRC[A]', 0x60, 1, 0, 0x8f],
      ['PIRQRC[D]', 0x63, 1, 0, 0x8f],
      ['TOM', 0x69, 1, 0, 0xfe],
      ['MSTAT', 0x6a, 2, 0, 0x00d1],
      ['MBIRQ0', 0x70, 1, 0, 0xef],
      ["MBIRQ1, the PIIX's alone", 0x71, 1, 0, 0],
      ['PCSC', 0x78, 2, 0, 0xffff],
      ['APICBASE', 0x80, 1, 0, 0x7f],
      ['DLC', 0x82, 1, 0, 0x0f],
      ['SMICNTL', 0xa0, 1, 0, 0x1f],
      ['SMIEN', 0xa2, 2, 0, 0x01ff],
      ['SEE', 0xa4, 4, 0, 0xefff_fffb],
      ['SMIREQ: nothing requests', 0xaa, 2, 0, 0],
    ],
  ],
  [
    '82371SB, Intel 290550: IDE',
    'pc',
    1,
    1,
    [
      ['BMIBA', 0x20, 2, 1, 0xfff1],
      ['IDETIM of the primary channel', 0x40, 2, 0, 0xf3ff],
      ['IDETIM of the secondary channel', 0x42, 2, 0, 0xf3ff],
    ],
  ],
  [
    '82371AB, Intel 290562, section 7: power management',
    'pc',
    1,
    3,
    [
      ['PMBA', 0x40, 4, 1, 0xffc1],
      ['CNTB', 0x48, 4, 0, 0x0173_ffff],
      ['GPICTL', 0x4c, 4, 0, 0x0fff_ffff],
      ['DEVACTB', 0x58, 4, 0, 0x03ff_ff77],
      ['DEVRESE', 0x68, 4, 0, 0x001f_ffff],
      ['DEVRESJ', 0x7c, 4, 0, 0x001f_ffff],
      ['PMREGMISC', 0x80, 1, 0, 1],
      ['SMBBA', 0x90, 4, 1, 0xfff1],
      ['SMBHSTCFG', 0xd2, 1, 0, 0x0f],
    ],
  ],
  [
    'the standard VGA of QEMU, docs/specs/standard-vga',
    'pc',
    2,
    0,
    [
      ['framebuffer', 0x10, 4, 8, 0xff00_0008],
      ['registers', 0x18, 4, 0, 0xffff_f000],
      ['expansion ROM', 0x30, 4, 0, 0xffff_0001],
    ],
  ],
  [
    'Q35, Intel 316966',
    'q35',
    0,
    0,
    [
      ['PAM0', 0x90, 1, 0, 0x30],
      ['PAM1', 0x91, 1, 0, 0x33],
      ['PAM6', 0x96, 1, 0, 0x33],
      ['SMRAM, closed', 0x9d, 1, 0x0a, 0x0a],
    ],
  ],
  [
    'ICH9, Intel 316972, section 13: the LPC bridge',
    'q35',
    31,
    0,
    [
      ['PMBASE', 0x40, 4, 1, 0xff81],
      ['ACPI_CNTL', 0x44, 1, 0, 0x87],
      ['PIRQ[A]_ROUT', 0x60, 1, 0, 0x8f],
      ['PIRQ[H]_ROUT', 0x6b, 1, 0, 0x8f],
      ['RCBA', 0xf0, 4, 0, 0xffff_c001],
    ],
  ],
  [
    'ICH9, Intel 316972, section 18: the SMBus',
    'q35',
    31,
    3,
    [
      ['SMB_BASE', 0x20, 2, 1, 0xffe1],
      ['HOSTC', 0x40, 1, 0, 0x07],
    ],
  ],
]

test.each(functions)('%s', (_, shape, device, number, registers) => {
  const { config, setConfig } = makePc(shape)
  const seen = registers.map(([name, at, bytes]) => {
    const after = [0, 2 ** (8 * bytes) - 1].map((value) => {
      setConfig(device, number, at, bytes, value)
      return config(device, number, at, bytes)
    })
    return [name, at, bytes, ...after]
  })
  expect(seen).toEqual(registers)
})
