; A boot sector that prints the BIOS' own memory map on COM1, in the form of report.inc: the truth about the machine.
%include "common.inc"

org 0x7c00
bits 16
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    xor ebx, ebx
.next:
    mov eax, 0xe820
    mov edx, 'PAMS'
    mov ecx, 20
    mov di, 0x8000
    int 0x15
    jc .end
    mov si, name
    mov cx, 4
.name:
    lodsb
    call print_character
    loop .name
    mov eax, [0x8004]
    call print_number
    mov eax, [0x8000]
    call print_number
    mov eax, [0x800c]
    call print_number
    mov eax, [0x8008]
    call print_number
    mov eax, [0x8010]
    call print_number
    mov al, 13
    call print_character
    mov al, 10
    call print_character
    test ebx, ebx
    jnz .next
.end:
    EXIT EXIT_PASS

print_number:
    mov cx, 8
.digit:
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
    loop .digit
    mov al, ' '
print_character:
    mov dx, COM1
    out dx, al
    ret

name: db "map "

times 510 - ($ - $$) db 0
    dw 0xaa55
