; A boot sector that draws in VESA mode 101h (640 x 480, 256 colors) bank by bank: it sets the mode, moves the window by a far
; call of the function that the mode's information names, fills each bank with its own pattern, then shows the picture from
; line 3 on, in longer lines. It prints the status of each call on COM1, in hexadecimal, and halts for ever.
%include "boot-sector.inc"
INFO equ 0x8000

%macro VBE 1
    mov ax, 0x4f00 + %1
    int 0x10
    call print_word
%endmacro

BOOT_SECTOR ds, es, ss
    cld
    mov cx, 0x101
    mov di, INFO
    VBE 1
    mov bx, 0x101
    VBE 2
    xor dx, dx
bank:
    push dx
    xor bx, bx
    mov ax, 0x4f05
    call far [INFO + 12]
    mov bx, 0x100
    VBE 5
    mov ax, dx
    call print_word
    push 0xa000
    pop es
    xor di, di
    pop dx
    mov al, dl
    mov cx, 0x8000
.fill:
    stosb
    add al, 37
    stosb
    add al, dl
    inc al
    loop .fill
    inc dx
    cmp dx, 6
    jb bank
    mov bx, 0
    mov cx, 704
    VBE 6
    xor bx, bx
    mov cx, 8
    mov dx, 3
    VBE 7
    VBE 3
    mov ax, bx
    call print_word
halt:
    cli
    hlt
    jmp halt

print_word:
    push ax
    mov al, ah
    call print
    pop ax
print:
    push ax
    shr al, 4
    call digit
    pop ax
digit:
    push dx
    and al, 15
    cmp al, 10
    sbb al, 0x69
    das
    mov dx, COM1
    out dx, al
    pop dx
    ret
    BOOT_SIGNATURE
