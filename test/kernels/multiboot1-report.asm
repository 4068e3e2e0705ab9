; elf32
; Prints its entry state, its multiboot1 information and the memory map on COM1.
%include "common.inc"
%include "report.inc"

section .multiboot
    MULTIBOOT1 3

section .text
bits 32
global start
start:
    mov esp, stack_top
    pushfd
    pushad
    mov ebp, esp
    call print_entry_registers
    call print_machine_state
    SAY "flags "
    mov eax, [ebx]
    call print_word
    SAY "lower "
    mov eax, [ebx + 4]
    call print_word
    SAY "upper "
    mov eax, [ebx + 8]
    call print_word
    SAY "command line "
    mov esi, [ebx + 16]
    call print_line
    SAY "loader "
    mov esi, [ebx + 64]
    call print_line
    call print_modules
    call print_map
    SAY "zero "                         ; the .bss, up to the stack
    mov esi, bss_start
    mov ecx, (stack_bottom - bss_start) / 4
    xor eax, eax
.next:
    or eax, [esi]
    add esi, 4
    loop .next
    call print_word
    EXIT EXIT_PASS

print_modules:
    mov ecx, [ebx + 20]
    mov edi, [ebx + 24]
.next:
    dec ecx
    js .done
    SAY "module "
    mov eax, [edi]
    and eax, 0xfff                      ; the page offset: 0
    call print_number
    mov esi, [edi + 8]
    call print_text
    SAY " "
    mov esi, [edi]
    mov edx, [edi + 4]
    sub edx, esi
.byte:
    lodsb
    call print_character
    dec edx
    jnz .byte
    SAY 13, 10
    add edi, 16
    jmp .next
.done:
    ret

print_map:
    mov esi, [ebx + 48]
    mov edi, esi
    add edi, [ebx + 44]
.next:
    cmp esi, edi
    jae .done
    mov ecx, [esi]
    add esi, 4
    call print_range
    add esi, ecx
    jmp .next
.done:
    ret

section .bss
bss_start:
    resb 0x300000
stack_bottom:
    resb 4096
stack_top:
