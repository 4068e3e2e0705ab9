; elf32
; A kernel from 4 KiB to 576 KiB, over everything that the BIOS and QEMU's option ROM work with: the loader must put
; it there last. Checks that its text is whole and its .bss is zero, and prints the boot loader's name.
%include "common.inc"
%include "report.inc"

section .multiboot
    MULTIBOOT1 2

section .text
bits 32
global start
start:
    mov esp, stack_top
    SAY "loader "
    mov esi, [ebx + 64]
    call print_line
    SAY "not filled "
    mov esi, filled
    mov ecx, (filled_end - filled) / 4
    xor edi, edi
.filled:
    lodsd
    cmp eax, 0x5a5a5a5a
    setne al
    movzx eax, al
    add edi, eax
    loop .filled
    mov eax, edi
    call print_word
    SAY "not zero "
    mov esi, bss_start
    mov ecx, (bss_end - bss_start) / 4
    xor edi, edi
.zero:
    lodsd
    test eax, eax
    setne al
    movzx eax, al
    add edi, eax
    loop .zero
    mov eax, edi
    call print_word
    EXIT EXIT_PASS

section .data
filled: times 0x40000 db 0x5a
filled_end:
section .bss
    resb 4096
stack_top:
bss_start:
    resb 0x4a000
bss_end:
