; How a multiboot1 kernel begins: `nasm -f bin -DKERNEL=fnv -DROUNDS=1000`. It does its work ROUNDS times and writes 0x10
; to the exit port.
bits 32
org 0x100000

magic   equ 0x1badb002
flags   equ 1 << 16             ; the addresses below count
header: dd magic, flags, -(magic + flags)
        dd header, header, end, end, start
