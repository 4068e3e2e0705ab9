import { expect, test } from 'vitest'
import { describeFaults } from '../../src/observe/describe-faults.ts'
import { errorCodeText } from '../../src/observe/exceptions.ts'
import { powerOn } from '../../src/observe/instant.ts'

test.each([
  [14, 0x00, 'read, page not present, supervisor'],
  [14, 0x07, 'write, page does not allow it, user'],
  [14, 0x11, 'instruction fetch, page does not allow it, supervisor'],
  [14, 0x0b, 'write, reserved bit set in an entry, supervisor'],
  [14, 0x25, 'read, refused by the protection key, user'],
  [13, 0x00, ''],
  [13, 0x01, 'while an event was delivered'],
  [13, 0x1b, 'gate 3 of the IDT, while an event was delivered'],
  [12, 0x18, 'selector 0x18 in the GDT'],
  [11, 0xfffc, 'selector 0xfff8 in the LDT'],
  [10, 0x29, 'selector 0x28 in the GDT, while an event was delivered'],
  [8, 0, ''],
  [17, 0, ''],
])('error code of vector %i: %i', (vector, code, text) => {
  expect(errorCodeText(vector, code)).toBe(text)
})

test('places with names, and what has no error code', () => {
  const chain = [
    {
      vector: 6,
      errorCode: null,
      rip: 0x10_0020n,
      symbol: 'kernel_main+0x20',
      cr2: null,
      failedStep: 'no gate',
    },
    { vector: 13, errorCode: 0x32, rip: 0x10_0020n, symbol: 'kernel_main+0x20', cr2: null, failedStep: null },
    { vector: 200, errorCode: null, rip: 0x20_0000n, cr2: null, failedStep: null },
    { vector: 16, isSoftware: true, errorCode: null, rip: 0x20_0002n, cr2: null, failedStep: null },
  ]
  expect(describeFaults({ kind: 'tripleFault', at: powerOn, rip: 0x10_0020n, chain })).toMatchInlineSnapshot(`
    "The faults on the way to it:
      #UD invalid opcode at 0x100020 (kernel_main+0x20)
        not delivered: no gate
      #GP general protection at 0x100020 (kernel_main+0x20)
        error code 0x32 (gate 6 of the IDT)
      vector 200 at 0x200000
      INT 10h at 0x200002"
  `)
})

test('nothing where nothing is known', () => {
  expect(describeFaults({ kind: 'tripleFault', at: powerOn, rip: null, chain: [] })).toBe('')
  expect(describeFaults({ kind: 'shutdown', at: powerOn, by: 'acpi' })).toBe('')
  expect(describeFaults(null)).toBe('')
})
