; Flat 32-bit code at 1 MiB: a loop that does nothing, with interrupts off.
%include "common.inc"
bits 32
org 0x100000
    cli
loop:
    pause
    nop
    pause
    jmp loop
