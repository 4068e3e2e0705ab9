; Flat 32-bit code at 1 MiB: prints, then halts with interrupts off.
%include "common.inc"
bits 32
org 0x100000
    PRINT text
    cli
dead:
    hlt
    jmp dead
text: db "Halting for good", 13, 10, 0
