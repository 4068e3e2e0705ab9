; Flat 32-bit code at 1 MiB: prints, then divides the smallest 64-bit integer by -1, which is a #DE.
%include "common.inc"
bits 32
org 0x100000
    PRINT text
    mov edx, 0x80000000
    xor eax, eax
    mov ecx, -1
    idiv ecx
stay:
    hlt
    jmp stay
text: db "Dividing", 13, 10, 0
