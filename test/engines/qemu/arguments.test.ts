import { expect, test } from 'vitest'
import { qemuArguments } from '../../../src/engines/qemu/arguments.ts'
import { kernelPlan, planOf } from '../plans.ts'

/** One option a line. */
function lines(args: readonly string[]): string {
  return args.reduce((text, arg) => `${text}${arg.startsWith('-') ? '\n' : ' '}${arg}`, '').trim()
}

test('a kernel that is started directly', () => {
  expect(lines(qemuArguments(kernelPlan('greeting'), null))).toMatchInlineSnapshot(`
    "-no-user-config
    -nodefaults
    -display none
    -accel tcg
    -S
    -no-reboot
    -no-shutdown
    -machine pc
    -m 128M
    -smp 1
    -cpu max,la57=off
    -chardev socket,id=qmp,fd=4
    -mon chardev=qmp,mode=control
    -chardev socket,id=gdb,fd=6
    -chardev socket,id=qtest,fd=7
    -qtest chardev:qtest
    -qtest-log none
    -vga std
    -rtc base=2020-01-01T12:00:00,clock=vm
    -chardev socket,id=exit,fd=5
    -device isa-serial,chardev=exit,iobase=0xf4,index=3
    -chardev file,id=com3,path=com3
    -device isa-serial,chardev=com3,index=2
    -chardev file,id=com2,path=com2
    -device isa-serial,chardev=com2,index=1
    -chardev file,id=com1,path=com1
    -device isa-serial,chardev=com1,index=0
    -chardev file,id=debugConsole,path=debugConsole
    -device isa-debugcon,chardev=debugConsole,iobase=0xe9
    -kernel loader.elf
    -D reset.log
    -d cpu_reset
    -trace pckbd_kbd_write_command
    -trace pckbd_outport_write
    -trace port92_write"
  `)
})

test('UEFI on a q35 with all kinds of media, and no ports', () => {
  const plan = planOf(
    { kind: 'firmware', firmware: 'uefi', bootOrder: ['cd', 'disk'] },
    {
      machine: { shape: 'q35', memoryMiB: 512, cpus: 4 },
      ports: { exit: null, debugConsole: null },
      media: [
        { id: 'disk', kind: 'disk', path: '/images/a, "b" and \'c\',,=.img' },
        { id: 'cd', kind: 'cdrom', path: '/images/nbd:live.iso' },
        { id: 'spare', kind: 'disk', path: '/images/spare.img' },
        { id: 'floppy', kind: 'floppy', path: '/images/floppy.img' },
      ],
    },
  )
  expect(lines(qemuArguments(plan, '/usr/share/OVMF, 4M/CODE.fd'))).toMatchInlineSnapshot(`
    "-no-user-config
    -nodefaults
    -display none
    -accel tcg
    -S
    -no-reboot
    -no-shutdown
    -machine q35
    -m 512M
    -smp 4
    -cpu max,la57=off
    -chardev socket,id=qmp,fd=4
    -mon chardev=qmp,mode=control
    -chardev socket,id=gdb,fd=6
    -chardev socket,id=qtest,fd=7
    -qtest chardev:qtest
    -qtest-log none
    -vga std
    -rtc base=2020-01-01T12:00:00,clock=vm
    -chardev file,id=com4,path=com4
    -device isa-serial,chardev=com4,index=3
    -chardev file,id=com3,path=com3
    -device isa-serial,chardev=com3,index=2
    -chardev file,id=com2,path=com2
    -device isa-serial,chardev=com2,index=1
    -chardev file,id=com1,path=com1
    -device isa-serial,chardev=com1,index=0
    -boot menu=off,strict=on
    -drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF,, 4M/CODE.fd
    -drive if=pflash,unit=1,format=raw,file=uefi-variables.fd
    -drive if=none,id=medium0,snapshot=on,driver=raw,file.driver=file,file.locking=off,file.filename=/images/a,, "b" and 'c',,,,=.img
    -device ide-hd,id=drive-disk,bus=ide.0,drive=medium0,bootindex=1
    -drive if=none,id=medium1,media=cdrom,readonly=on,driver=raw,file.driver=file,file.locking=off,file.filename=/images/nbd:live.iso
    -device ide-cd,id=drive-cd,bus=ide.1,drive=medium1,bootindex=0
    -drive if=none,id=medium2,snapshot=on,driver=raw,file.driver=file,file.locking=off,file.filename=/images/spare.img
    -device ide-hd,id=drive-spare,bus=ide.2,drive=medium2
    -drive if=none,id=medium3,readonly=off,driver=raw,file.driver=file,file.locking=off,file.filename=/images/floppy.img
    -device isa-fdc
    -device floppy,id=drive-floppy,drive=medium3
    -D reset.log
    -d cpu_reset
    -trace pckbd_kbd_write_command
    -trace pckbd_outport_write
    -trace port92_write"
  `)
})

test('BIOS on a pc', () => {
  const media = [{ id: 'a', kind: 'floppy', path: '/images/a.img' } as const]
  const plan = planOf({ kind: 'firmware', firmware: 'bios', bootOrder: ['a'] }, { media })
  expect(lines(qemuArguments(plan, null).slice(-16))).toMatchInlineSnapshot(`
    "-drive if=none,id=medium0,readonly=off,driver=raw,file.driver=file,file.locking=off,file.filename=/images/a.img
    -global isa-fdc.bootindexA=0
    -device floppy,id=drive-a,drive=medium0
    -D reset.log
    -d cpu_reset
    -trace pckbd_kbd_write_command
    -trace pckbd_outport_write
    -trace port92_write"
  `)
})
