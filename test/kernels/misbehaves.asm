; elf32
; Does the misdeed that the first letter of its multiboot command line names. Nothing ends it but what it does.
%include "common.inc"

IDT         equ 0x180000

section .multiboot
    MULTIBOOT1 0

section .text
bits 32
global start
start:
    mov esp, 0x170000
    mov edi, [ebx + 16]             ; multiboot information: the command line
    movzx eax, byte [edi]
    sub al, 'a'
    jmp [misdeeds + eax * 4]

nowhere:                            ; a: jumps to where no memory is
    mov eax, 0x50000000
    jmp eax

everywhere:                         ; b: writes HLT everywhere, itself included
    xor edi, edi
    mov ecx, 0x40000000
    mov eax, 0xf4f4f4f4
    rep stosd

beyond:                             ; c: writes from its end to the end of the address space, again and again
    mov edi, 0x200000
    mov ecx, (0x100000000 - 0x200000) / 4
    rep stosd
    jmp beyond

garbage_tables:                     ; d: descriptor tables where no memory is
    lgdt [garbage]
    lidt [garbage]
    mov ax, 0x18
    mov ds, ax
    jmp 0x30:0x1234

garbage_pages:                      ; e: page tables where no memory is
    mov eax, 0x12345000
    mov cr3, eax
    mov eax, cr0
    or eax, 1 << 31
    mov cr0, eax
    hlt

reserved_bits:                      ; f: every bit of CR4
    mov eax, -1
    mov cr4, eax

for_ever:                           ; g: a fault whose handler goes back to it
    mov eax, return
    call handle_undefined
    ud2
return:
    iretd

deeper:                             ; h: a fault whose handler faults, down through all memory
    mov eax, .handler
    call handle_undefined
.handler:
    ud2

floods:                             ; i: prints for ever
    mov dx, COM1
.next:
    out dx, al
    inc al
    jmp .next

ports:                              ; j: writes to every port from the last down
    mov edx, 0xffff
.next:
    mov al, dl
    out dx, al
    dec edx
    jns .next

no_stack:                           ; k: a stack where no memory is
    mov esp, 0xd0000000
    call .pushed
.pushed:
    ret

; EAX handles invalid opcodes.
handle_undefined:
    mov ecx, eax
    and eax, 0xffff
    mov edx, cs
    shl edx, 16
    or eax, edx
    mov [IDT + 6 * 8], eax
    and ecx, 0xffff0000
    or ecx, 0x8e00
    mov [IDT + 6 * 8 + 4], ecx
    lidt [idtr]
    ret

section .rodata
misdeeds:
    dd nowhere, everywhere, beyond, garbage_tables, garbage_pages, reserved_bits, for_ever, deeper, floods, ports, no_stack
garbage:
    dw 0xffff
    dd 0x12345678
idtr:
    dw 0x7ff
    dd IDT
