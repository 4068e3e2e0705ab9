; elf32
; Prints its entry state, its PVH start information and the memory map on COM1.
%include "common.inc"
%include "report.inc"

section .note.pvh note
    dd 4, 4, 18                         ; XEN_ELFNOTE_PHYS32_ENTRY
    db "Xen", 0
    dd start

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
    mov ebx, [ebp + 16]
    SAY "magic version flags "
    mov eax, [ebx]
    call print_number
    mov eax, [ebx + 4]
    call print_number
    mov eax, [ebx + 8]
    call print_word
    SAY "command line "
    mov esi, [ebx + 24]
    call print_line
    SAY "rsdp "
    mov esi, [ebx + 32]
    mov ecx, 8
.signature:
    lodsb
    call print_character
    loop .signature
    SAY 13, 10
    call print_modules
    mov ecx, [ebx + 48]
    mov esi, [ebx + 40]
.range:
    call print_range
    add esi, 24
    loop .range
    EXIT EXIT_PASS

print_modules:
    mov ecx, [ebx + 12]
    mov edi, [ebx + 16]
.next:
    dec ecx
    js .done
    SAY "module "
    mov esi, [edi + 16]
    call print_text
    SAY " "
    mov esi, [edi]
    mov edx, [edi + 8]
.byte:
    lodsb
    call print_character
    dec edx
    jnz .byte
    SAY 13, 10
    add edi, 32
    jmp .next
.done:
    ret

section .bss
    resb 4096
stack_top:
