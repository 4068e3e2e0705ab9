; Flat 32-bit code at 1 MiB: a hard reset through the reset control register of the chipset.
%include "common.inc"
bits 32
org 0x100000
    mov dx, 0xcf9
    mov al, 0x02
    out dx, al
    mov al, 0x06
    out dx, al
stay:
    hlt
    jmp stay
