; Flat 32-bit code at 1 MiB: pulses the reset line of the keyboard controller.
%include "common.inc"
bits 32
org 0x100000
    mov al, 0xfe
    out 0x64, al
stay:
    hlt
    jmp stay
