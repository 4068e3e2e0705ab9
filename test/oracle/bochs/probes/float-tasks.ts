import { type Piece, task32 } from '../descriptors.ts'
import { address, selector, stackTop } from '../layout.ts'
import type { Probe } from '../probe.ts'
import { type Area, area, filler, osfxsr } from './float-area.ts'

const { data, data2, code } = address
/** Where the other task begins. */
const other = 8
const some: Area = { control: 0x27f, status: 0x3800, tags: 0x81, mxcsr: 0x1fa0 }

const task: Piece = task32(address.other_tss, {
  eip: code + other,
  esp0: stackTop.stack0,
  ss0: selector.data32,
  registers: [1, 2, 3, 4, stackTop.ist1, 6, 7, 8],
})

/** `first` leads to another task, which does `then`. */
function across(name: string, first: string, then: string, cr0 = 0): Probe {
  return {
    name: `a task switch: ${name}`,
    state: 'prot32',
    code: `jmp .go; times ${other} - ($ - $$) nop; ${then}; jmp .end; .go: fxrstor [data]; ${first}`,
    memory: [task, area(data, some), filler(data2, 512)],
    cr0: 0x11 | cr0,
    cr4: osfxsr,
    watch: [0, 24, 32, 40, 160, 280].map((offset) => data2 + offset),
  }
}

const jump = 'jmp other_task:0'
const mp = 2

/** A task switch sets TS and leaves all else of x87 and SSE where it is. */
export const floatTasks: readonly Probe[] = [
  across('FXSAVE is #NM', jump, 'fxsave [data2]'),
  across('ADDPS is #NM', jump, 'addps xmm0, xmm1'),
  across('FLD1 is #NM', jump, 'fld1'),
  across('FWAIT without MP', jump, 'fwait'),
  across('FWAIT with MP is #NM', jump, 'fwait', mp),
  across('all that there was is there', jump, 'clts; fxsave [data2]'),
  across('back again, FXSAVE is #NM', 'call other_task:0; fxsave [data2]', 'clts; iret'),
  across(
    'back again, with what the other left',
    'call other_task:0; clts; fxsave [data2]',
    'clts; xorps xmm0, xmm0; iret',
  ),
]
