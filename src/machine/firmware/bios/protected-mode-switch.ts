import { bytesOfRows, type CodeRow, word } from './machine-code.ts'

const before: readonly CodeRow[] = [
  ['fa', 'cli'],
  // A20 is opened.
  ['e492', 'in al, 0x92'],
  ['0c02', 'or al, 2'],
  ['e692', 'out 0x92, al'],
  // Interrupts begin at BL and BH, all of them masked.
  ['b011', 'mov al, 0x11'],
  ['e620', 'out 0x20, al'],
  ['e6a0', 'out 0xa0, al'],
  ['88d8', 'mov al, bl'],
  ['e621', 'out 0x21, al'],
  ['88f8', 'mov al, bh'],
  ['e6a1', 'out 0xa1, al'],
  ['b004', 'mov al, 4'],
  ['e621', 'out 0x21, al'],
  ['b002', 'mov al, 2'],
  ['e6a1', 'out 0xa1, al'],
  ['b001', 'mov al, 1'],
  ['e621', 'out 0x21, al'],
  ['e6a1', 'out 0xa1, al'],
  ['b0ff', 'mov al, 0xff'],
  ['e621', 'out 0x21, al'],
  ['e6a1', 'out 0xa1, al'],
  // Selector 38h is this segment.
  ['26c74438ffff', 'mov word [es:si + 0x38], 0xffff'],
  ['26c7443a0000', 'mov word [es:si + 0x3a], 0'],
  ['26c7443c0f9b', 'mov word [es:si + 0x3c], 0x9b0f'],
  ['26c7443e0000', 'mov word [es:si + 0x3e], 0'],
  ['260f015408', 'lgdt [es:si + 8]'],
  ['260f015c10', 'lidt [es:si + 0x10]'],
  ['5d', 'pop bp'],
  ['83c404', 'add sp, 4'],
  ['0f01e0', 'smsw ax'],
  ['0c01', 'or al, 1'],
  ['0f01f0', 'lmsw ax'],
]

const behind: readonly CodeRow[] = [
  ['b81800', 'mov ax, 0x18'],
  ['8ed8', 'mov ds, ax'],
  ['b020', 'mov al, 0x20'],
  ['8ec0', 'mov es, ax'],
  ['b028', 'mov al, 0x28'],
  ['8ed0', 'mov ss, ax'],
  ['6a30', 'push 0x30'],
  ['55', 'push bp'],
  // AH and CF are 0.
  ['31c0', 'xor ax, ax'],
  ['cb', 'retf'],
]

const biosCode = 0x38
const farJumpBytes = 5

/**
 * INT 15h function 89h, at an offset of the BIOS segment: goes on behind the INT in protected mode, with
 * the segments of the table at ES:SI (IBM PS/2 and PC BIOS Interface Technical Reference).
 */
export function protectedModeSwitch(at: number): readonly number[] {
  const first = bytesOfRows(before)
  const jump = [0xea, ...word(at + first.length + farJumpBytes), ...word(biosCode)]
  return [...first, ...jump, ...bytesOfRows(behind)]
}
