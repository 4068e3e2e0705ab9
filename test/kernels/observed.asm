; elf32
; A machine in a known state, to be looked at. Long mode, memory maps and registers as written below; prints R
; on COM1, then calls `tick` in the higher half for ever and counts the calls. Other CPUs count calls of their
; own, in real mode.
%include "common.inc"

HIGH        equ 0xffffffff80000000  ; the first 2 MiB again
TABLES      equ 0x120000            ; PML4, PDPT, PD, high PDPT, PT
COUNTER     equ 0x130000

AP_CODE     equ 0x8000
LAPIC       equ 0xfee00000

section .multiboot
    MULTIBOOT1 0

section .text
bits 32
global start
start:
    cld
    mov edi, TABLES
    mov ecx, 0x6000 / 4
    xor eax, eax
    rep stosd
    mov dword [TABLES], TABLES + 0x1003             ; PML4[0]
    mov dword [TABLES + 511 * 8], TABLES + 0x3003   ; PML4[511]
    mov dword [TABLES + 0x1000], TABLES + 0x2003    ; PDPT[0]
    mov dword [TABLES + 0x1000 + 3 * 8], 0xc0000083 ; PDPT[3]: 1 GiB with the local APIC
    mov dword [TABLES + 0x3000 + 510 * 8], TABLES + 0x2003
    mov dword [TABLES + 0x2000], 0x83               ; PD[0]: 2 MiB
    mov dword [TABLES + 0x2000 + 8], TABLES + 0x4003
    mov dword [TABLES + 0x4000], 0x141003           ; 200000h..201fffh: two pages, the later one first
    mov dword [TABLES + 0x4000 + 8], 0x140003       ; 202000h: nothing
    mov dword [TABLES + 0x4000 + 3 * 8], 0x80000003 ; 203000h: an address where no memory is
    mov dword [0x140000], 'AAAA'
    mov dword [0x141000], 'BBBB'

    mov esi, ap_code
    mov edi, AP_CODE
    mov ecx, ap_code_end - ap_code
    rep movsb
    mov dword [LAPIC + 0x300], 0xc4500              ; INIT to all others
    mov ecx, 1000000
.wait:
    pause
    loop .wait
    mov dword [LAPIC + 0x300], 0xc4600 | AP_CODE >> 12 ; SIPI

    mov eax, TABLES
    mov cr3, eax
    mov eax, cr4
    or eax, 1 << 5                                  ; PAE
    mov cr4, eax
    mov ecx, 0xc0000080
    rdmsr
    or eax, 1 << 8 | 1 << 11                        ; LME, NXE
    wrmsr
    mov eax, cr0
    or eax, 1 << 31 | 1 << 16                       ; PG, WP
    mov cr0, eax
    lgdt [gdtr]
    jmp 0x08:long_mode

bits 64
long_mode:
    mov ax, 0x10
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov fs, ax
    mov gs, ax
    mov ax, 0x18
    ltr ax
    mov ax, 0x28
    lldt ax
    lidt [idtr]
    mov ecx, 0xc0000101                             ; GS base
    mov eax, 0x80123456
    mov edx, 0xffffffff
    wrmsr
    mov rsp, HIGH + 0x13f000
    mov rax, HIGH
    mov ecx, tick
    add rax, rcx
    mov [target], rax
    mov dx, COM1
    mov al, 'R'
    out dx, al
    mov rax, 0x1111111111111111
    mov rbx, 0x2222222222222222
    mov rcx, 0x3333333333333333
    mov rdx, 0x4444444444444444
    mov rsi, 0x5555555555555555
    mov rdi, 0x6666666666666666
    mov rbp, 0x7777777777777777
    mov r8, 0x8888888888888888
    mov r9, 0x9999999999999999
    mov r10, 0xaaaaaaaaaaaaaaaa
    mov r11, 0xbbbbbbbbbbbbbbbb
    mov r12, 0xcccccccccccccccc
    mov r13, 0xdddddddddddddddd
    mov r14, 0xeeeeeeeeeeeeeeee
    mov r15, 0xffffffffffffffff
.loop:
    inc qword [COUNTER]
    call [target]
    jmp .loop

bits 16
    align 32
ap_code:                            ; copied to 8000h: ap_tick is at 8020h, ap_counter at 8024h
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, AP_CODE
.loop:
    inc dword [AP_CODE + (ap_counter - ap_code)]
    call ap_tick
    jmp .loop
    align 32, db 0x90
ap_tick:
    ret
    align 4
ap_counter: dd 0
ap_code_end:

section .data
    align 16
gdt:
    dq 0
    dq 0x00af9b000000ffff                           ; 08: 64-bit code
    dq 0x00cf93000000ffff                           ; 10: data
    dq 0x0000890000000067 | (tss_at & 0xffffff) << 16 | (tss_at >> 24) << 56 ; 18: TSS
    dq 0
    dq 0x000082000000000f | (TABLES & 0xffffff) << 16 ; 28: LDT
    dq 0
gdt_end:
tss_at equ 0x13e000
gdtr:
    dw gdt_end - gdt - 1
    dd gdt
idtr:
    dw 0xfff
    dq HIGH + 0x13d000
target: dq 0

section .high
bits 64
    times 0x10 nop
tick:
    nop
    ret
