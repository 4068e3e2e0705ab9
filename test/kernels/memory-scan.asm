; elf32
; Prints the first and the last address above itself that is not zero, below the last 17 MiB of RAM (1 MiB of 32 MiB).
%include "common.inc"
%include "report.inc"

MIB equ 0x100000

section .multiboot
    MULTIBOOT1 2

section .text
bits 32
global start
start:
    mov esp, stack_top
    mov edx, [ebx + 8]                  ; mem_upper, KiB above 1 MiB: firmware tables may already be cut off
    shl edx, 10
    add edx, 2 * MIB - 1
    and edx, -MIB                       ; the end of RAM
    mov ecx, MIB
    cmp edx, 32 * MIB
    jbe .small
    mov ecx, 17 * MIB
.small:
    sub edx, ecx
    mov esi, stack_top
    xor eax, eax
.first:
    cmp dword [esi], 0
    jne .found
    add esi, 4
    cmp esi, edx
    jb .first
.found:
    SAY "first "
    mov eax, esi
    call print_word
    mov edi, edx
.last:
    sub edi, 4
    cmp edi, esi
    jbe .end
    cmp dword [edi], 0
    je .last
.end:
    SAY "last "
    mov eax, edi
    call print_word
    SAY "limit "
    mov eax, edx
    call print_word
    EXIT EXIT_PASS

section .bss
    resb 4096
stack_top:
