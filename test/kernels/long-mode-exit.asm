; Flat 32-bit code at 1 MiB, for a machine with 4 GiB: writes words into memory below and above 4 GiB in long mode, then
; ends with success. The tables map 0 to 2 MiB one to one, 2 MiB at ffffffff80200000h by small pages to 200000h and so on
; except that 301000h is mapped to 305000h, and 4 GiB at ffffffffc0000000h by 2 MiB pages.
%include "common.inc"
TABLES equ 0x400000
PDPT_LOW equ TABLES + 0x1000
PDPT_HIGH equ TABLES + 0x2000
PD_LOW equ TABLES + 0x3000
PD_KERNEL equ TABLES + 0x4000
PD_FAR equ TABLES + 0x5000
PT equ TABLES + 0x6000

bits 32
org 0x100000
    mov edi, TABLES
    mov ecx, 0x7000 / 4
    xor eax, eax
    rep stosd
    mov dword [TABLES], PDPT_LOW + 3
    mov dword [TABLES + 511 * 8], PDPT_HIGH + 3
    mov dword [PDPT_LOW], PD_LOW + 3
    mov dword [PD_LOW], 0x83
    mov dword [PDPT_HIGH + 510 * 8], PD_KERNEL + 3
    mov dword [PDPT_HIGH + 511 * 8], PD_FAR + 3
    mov dword [PD_KERNEL + 1 * 8], PT + 3
    mov dword [PD_FAR + 1 * 8], 0x00200083
    mov dword [PD_FAR + 1 * 8 + 4], 1           ; 4 GiB + 2 MiB
    mov edi, PT
    mov eax, 0x200003
pages:
    mov [edi], eax
    add eax, 0x1000
    add edi, 8
    cmp edi, PT + 0x1000
    jb pages
    mov dword [PT + 0x101 * 8], 0x305003
    mov eax, TABLES
    mov cr3, eax
    mov eax, cr4
    or eax, 1 << 5                              ; PAE
    mov cr4, eax
    mov ecx, 0xc0000080                         ; EFER
    rdmsr
    or eax, 1 << 8                              ; LME
    wrmsr
    mov eax, cr0
    or eax, 1 << 31
    mov cr0, eax
    lgdt [gdt_pointer]
    jmp 8:long_mode

bits 64
long_mode:
    mov rax, 0x1122334455667788
    mov rbx, 0xffffffff80300000
    mov [rbx], rax
    mov dword [rbx + 0xffc], 0xaaaaaaaa
    mov dword [rbx + 0x1000], 0xbbbbbbbb
    mov rax, 0x0807060504030201
    mov rbx, 0xffffffffc0200000
    mov [rbx], rax
    mov dword [0xb8000], 0x0c4b0c4f
    mov dword [0xb8004], 0x07200720
    mov eax, EXIT_PASS
    mov dx, EXIT_PORT
    out dx, eax
    hlt

    align 8
gdt: dq 0, 0x00af9b000000ffff
gdt_pointer: dw 15
    dd gdt
