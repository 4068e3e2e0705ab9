; Calls the firmware from protected mode, where paging has the BIOS at C00F0000h: APM through far calls of 32 and of 16 bits
; (APM 1.2, section 4), the BIOS32 directory and the PCI BIOS. Prints a letter for each and exits with 0x10; else it exits with 0xff.
%include "boot-sector.inc"
BASE equ 0xc0000000
PAGES equ 0x10000
CODE equ 8
DATA equ 16
APM32 equ 24
APM16 equ 32
BIOS equ 40

%macro SAY 1
    mov al, %1
    mov dx, 0x3f8
    out dx, al
%endmacro

BOOT_SECTOR ds, es, ss
    mov ax, 0x0202
    mov bx, 0x7e00
    mov cx, 2
    mov dh, 0
    int 0x13
    jc fail16
    ; Both interfaces are offered.
    mov ax, 0x5300
    xor bx, bx
    int 0x15
    jc fail16
    and cl, 3
    cmp cl, 3
    jne fail16
    mov ax, 0x5303
    xor bx, bx
    int 0x15
    jc fail16
    mov [apm32], ebx
    mov di, gdt + APM32
    call set_base
    mov ax, 0x5304
    xor bx, bx
    int 0x15
    mov ax, 0x5302
    xor bx, bx
    int 0x15
    jc fail16
    mov [apm16], bx
    mov di, gdt + APM16
    call set_base
    jmp enter

; The descriptor at DI begins at real-mode segment AX, as paging has it.
set_base:
    movzx eax, ax
    shl eax, 4
    add eax, BASE
    mov [di + 2], ax
    shr eax, 16
    mov [di + 4], al
    mov [di + 7], ah
    ret

enter:
    cli
    mov ax, PAGES / 16
    mov es, ax
    xor di, di
    xor eax, eax
    mov cx, 1024
    cld
    rep stosd
    mov dword [es:0], 0x83
    mov dword [es:(BASE >> 22) * 4], 0x83
    lgdt [gdt_pointer]
    mov eax, 0x10
    mov cr4, eax
    mov eax, PAGES
    mov cr3, eax
    mov eax, cr0
    or eax, 0x80000001
    mov cr0, eax
    jmp CODE:main

fail16:
    mov al, 0xff
    out 0xf4, al
    hlt
    BOOT_SIGNATURE

bits 32
main:
    mov ax, DATA
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov esp, 0x7c00

    ; No battery, from 32 bits.
    mov ax, 0x530a
    mov bx, 1
    call far [apm32]
    jc fail
    cmp bx, 0x01ff
    jne fail
    SAY 'A'
    ; No event waits: an error, which CF tells.
    mov ax, 0x530b
    call far [apm32]
    jnc fail
    cmp ah, 0x80
    jne fail
    SAY 'E'
    ; The same from 16.
    mov ax, 0x530a
    mov bx, 1
    o16 call far [apm16]
    jc fail
    cmp bx, 0x01ff
    jne fail
    SAY 'a'
    mov ax, 0x530b
    o16 call far [apm16]
    jnc fail
    SAY 'e'

    mov esi, BASE + 0xe0000
.look:
    cmp dword [esi], '_32_'
    je .found
    add esi, 16
    cmp esi, BASE + 0x100000
    jb .look
    jmp fail
.found:
    mov eax, [esi + 4]
    sub eax, 0xf0000
    mov [bios], eax
    mov eax, '$PCI'
    xor ebx, ebx
    call far [bios]
    test al, al
    jnz fail
    cmp ebx, 0xf0000
    jne fail
    mov [bios], edx
    SAY 'D'
    mov eax, 0xb109
    xor ebx, ebx
    xor edi, edi
    call far [bios]
    jc fail
    cmp cx, 0x8086
    jne fail
    SAY 'P'
    mov al, 0x10
    out 0xf4, al
fail:
    mov al, 0xff
    out 0xf4, al
    hlt

align 8
gdt:
    dq 0
    dq 0x00cf9b000000ffff
    dq 0x00cf93000000ffff
    dq 0x00409b000000ffff               ; APM32
    dq 0x00009b000000ffff               ; APM16
    dq 0xc0409b0f0000ffff               ; BIOS
gdt_pointer:
    dw $ - gdt - 1
    dd gdt
apm32: dd 0
    dw APM32
apm16: dw 0, APM16
bios: dd 0
    dw BIOS
    times 3 * 512 - ($ - $$) db 0
