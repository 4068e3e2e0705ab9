; Flat 32-bit code at 1 MiB: 8 MiB on COM1 without a look at its status, then success.
; Byte n is the top byte of the nth state of x = x * 1664525 + 1013904223, from x = 0.
%include "common.inc"
bits 32
org 0x100000
    mov dx, COM1
    mov ecx, 8 << 20
    xor ebx, ebx
next:
    imul ebx, ebx, 1664525
    add ebx, 1013904223
    mov eax, ebx
    shr eax, 24
    out dx, al
    dec ecx
    jnz next
    EXIT EXIT_PASS
