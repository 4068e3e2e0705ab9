; elf32
; Prints as many MiB on COM1 as its multiboot command line says in decimal, without a look at the port's
; status, then ends with success. Byte n is the top byte of the nth state of x = x * 1664525 + 1013904223,
; from x = 0.
%include "common.inc"

section .multiboot
    MULTIBOOT1 0

section .text
bits 32
global start
start:
    mov esi, [ebx + 16]             ; multiboot information: the command line
    xor ecx, ecx
.digit:
    movzx eax, byte [esi]
    inc esi
    sub al, '0'
    jb .counted
    imul ecx, ecx, 10
    add ecx, eax
    jmp .digit
.counted:
    shl ecx, 20
    xor ebx, ebx
    mov dx, COM1
.next:
    imul ebx, ebx, 1664525
    add ebx, 1013904223
    mov eax, ebx
    shr eax, 24
    out dx, al
    dec ecx
    jnz .next
    EXIT EXIT_PASS
