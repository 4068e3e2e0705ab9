; elf64
; Linked at 0xffffffff88000000, loaded at 2 MiB, entered in 32-bit mode. Prints its entry state and its multiboot2
; information on COM1, then enters 64-bit mode and runs where it is linked.
%include "common.inc"

OFFSET equ 0xffffffff88000000 - 0x200000
%define LOW(label) ((label) - OFFSET)

section .multiboot
align 8
header:
    dd 0xe85250d6, 0, header_end - header, 0x100000000 - (0xe85250d6 + header_end - header)
    dw 1, 0
    dd 8 + 5 * 4, 1, 2, 4, 6, 14, 0     ; information request, padded
    dw 4, 1
    dd 12, 2, 0                         ; console flags: EGA text, padded
    dw 6, 0
    dd 8                                ; module alignment
    dw 10, 1
    dd 24, 0x100000, 0xffffffff, 0x200000, 1
    dw 0, 0
    dd 8
header_end:

; 32-bit code that runs at its physical address: calls are relative, data goes through LOW.
section .text
bits 32
global start
start:
    mov esp, LOW(stack_top)
    pushfd
    pushad
    mov ebp, esp
    mov eax, [ebp + 28]
    call print_number
    call print_end
    mov ebx, [ebp + 16]
    mov eax, [ebx]                      ; total size: the end tag must end there
    lea edi, [ebx + eax]
    add ebx, 8
.tag:
    mov eax, [ebx]
    test eax, eax
    jz .end
    cmp eax, 9                          ; ELF sections: as the linker made them
    je .next
    call print_number
    mov eax, [ebx + 4]
    call print_number
    call print_end
    cmp dword [ebx], 6
    je .map
    call print_payload
.next:
    mov eax, [ebx + 4]
    add eax, 7
    and eax, ~7
    add ebx, eax
    jmp .tag
.map:
    lea esi, [ebx + 16]
    mov edx, [ebx + 4]
    add edx, ebx
.range:
    mov al, 'm'
    call print_character
    mov al, 'a'
    call print_character
    mov al, 'p'
    call print_character
    mov al, ' '
    call print_character
    mov eax, [esi + 4]
    call print_number
    mov eax, [esi]
    call print_number
    mov eax, [esi + 12]
    call print_number
    mov eax, [esi + 8]
    call print_number
    mov eax, [esi + 16]
    call print_number
    call print_end
    add esi, [ebx + 8]
    cmp esi, edx
    jb .range
    jmp .next
.end:
    mov eax, [ebx + 4]
    add ebx, eax
    sub ebx, edi                        ; 0
    mov eax, ebx
    call print_number
    call print_end
    jmp enter_long_mode

; The words of the tag at EBX after type and size.
print_payload:
    lea esi, [ebx + 8]
    mov ecx, [ebx + 4]
    sub ecx, 8
.byte:
    lodsb
    call print_byte
    loop .byte
    jmp print_end

print_byte:
    push eax
    push ecx
    shl eax, 24
    mov ecx, 2
    call print_digits
    pop ecx
    pop eax
    ret

print_number:
    push eax
    push ecx
    mov ecx, 8
    call print_digits
    mov al, ' '
    call print_character
    pop ecx
    pop eax
    ret

print_digits:
    rol eax, 4
    push eax
    and al, 15
    add al, '0'
    cmp al, '9'
    jbe .print
    add al, 'a' - '9' - 1
.print:
    call print_character
    pop eax
    loop print_digits
    ret

print_end:
    push eax
    mov al, 13
    call print_character
    mov al, 10
    call print_character
    pop eax
    ret

print_character:
    push edx
    mov dx, COM1
    out dx, al
    pop edx
    ret

enter_long_mode:
    mov eax, LOW(pdpt) + 3
    mov [LOW(pml4)], eax
    mov [LOW(pml4) + 511 * 8], eax
    mov eax, LOW(page_directory) + 3
    mov [LOW(pdpt)], eax
    mov [LOW(pdpt) + 510 * 8], eax
    mov dword [LOW(page_directory) + 8], 0x200083       ; 2 MiB, where we stand
    mov dword [LOW(page_directory) + 64 * 8], 0x200083  ; 0xffffffff88000000
    mov eax, LOW(pml4)
    mov cr3, eax
    mov eax, 1 << 5
    mov cr4, eax
    mov ecx, 0xc0000080
    mov eax, 1 << 8
    xor edx, edx
    wrmsr
    mov eax, cr0
    or eax, 1 << 31
    mov cr0, eax
    lgdt [LOW(gdt_pointer)]
    jmp 8:LOW(long_mode)

align 8
gdt:
    dq 0, 0x00af9b000000ffff
gdt_pointer:
    dw 15
    dd LOW(gdt)

bits 64
long_mode:
    mov rax, higher_half
    jmp rax
higher_half:
    xor eax, eax
    mov ss, eax
    mov rsp, stack_top
    PRINT high
    lea rax, [rel higher_half]
    mov rcx, higher_half
    cmp rax, rcx
    jne .lost
    EXIT EXIT_PASS
.lost:
    EXIT 1

section .rodata
high: db "64-bit mode at 0xffffffff88000000", 13, 10, 0

section .bss nobits
alignb 4096
pml4: resb 4096
pdpt: resb 4096
page_directory: resb 4096
    resb 4096
stack_top:
