; Flat 32-bit code at 1 MiB: prints lines for ever, with interrupts off.
%include "common.inc"
bits 32
org 0x100000
    cli
again:
    PRINT text
    jmp again
text: db "All work and no play", 13, 10, 0
