import { expect, test } from 'vitest'
import { resetSource } from '../../../src/engines/qemu/reset-source.ts'

/** What QEMU 7.2 logs at power-on and while SeaBIOS starts. */
const start = `CPU Reset (CPU 0)
EAX=00000000 EBX=00000000 ECX=00000000 EDX=00000000
port92_write port92: write 0x02
pckbd_kbd_write_command 0xad
pckbd_kbd_write_command 0x60
`

test.each([
  ['a triple fault', 'Triple fault\n', 'tripleFault'],
  ['the pulse command', 'pckbd_kbd_write_command 0xfe\n', 'keyboard'],
  ['the pulse command with other lines', 'pckbd_kbd_write_command 0xf0\n', 'keyboard'],
  ['the output port', 'pckbd_kbd_write_command 0xd1\npckbd_outport_write 0xfe\n', 'keyboard'],
  ['port 92h', 'port92_write port92: write 0x03\n', 'port92'],
  ['A20 by port 92h, then something else', 'port92_write port92: write 0x02\n', 'cf9'],
  ['the pulse command, then a triple fault', 'pckbd_kbd_write_command 0xfe\nTriple fault\n', 'keyboard'],
  ['port 92h, then a triple fault', 'port92_write port92: write 0x03\nTriple fault\n', 'port92'],
  ['a pulse of no line', 'pckbd_kbd_write_command 0xff\n', 'cf9'],
])('%s', (_what, line, source) => {
  expect(resetSource(start + line)).toBe(source)
})
