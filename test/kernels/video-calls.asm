; A boot sector that calls INT 10h as a table says, and prints AX, BX, CX, DX behind each call on COM1, in hexadecimal, a line
; each. Then it halts for ever, and leaves the screen as it is.
%include "boot-sector.inc"

%macro VIDEO 1-5 0, 0, 0, text      ; AX, BX, CX, DX, BP
    dw %1, %2, %3, %4, %5
%endmacro

BOOT_SECTOR ds, es, ss
    cld
    mov ax, 0x0204
    mov cx, 2
    mov dh, 0
    mov bx, 0x7e00
    int 0x13
    mov si, calls
next_call:
    lodsw
    cmp ax, -1
    je rest
    xchg bp, ax
    lodsw
    mov bx, ax
    lodsw
    mov cx, ax
    lodsw
    mov dx, ax
    lodsw
    xchg ax, bp
    push si
    push 0
    pop es
    int 0x10
    pop si
    push dx
    push cx
    push bx
    call print_word
    pop ax
    call print_word
    pop ax
    call print_word
    pop ax
    call print_word
    mov al, 10
    call send
    jmp next_call
rest:
    cli
    hlt
    jmp rest

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
    and al, 15
    cmp al, 10
    sbb al, 0x69
    das
send:
    mov dx, COM1
    out dx, al
    ret
    BOOT_SIGNATURE

calls:
    VIDEO 0x0003
    VIDEO 0x0f00
    VIDEO 0x0300
    VIDEO 0x0200, 0, 0, 0x0a05      ; row 10, column 5
    VIDEO 0x0941, 0x001e, 10        ; ten times A, yellow on blue
    VIDEO 0x0a42, 0x0000, 3         ; three times B, as it is
    VIDEO 0x0800
    VIDEO 0x0300
    VIDEO 0x0e43
    VIDEO 0x0e08
    VIDEO 0x0e44
    VIDEO 0x0e0a
    VIDEO 0x0e0d
    VIDEO 0x0e07
    VIDEO 0x0300
    VIDEO 0x0602, 0x4f00, 0x0903, 0x0c0e
    VIDEO 0x0701, 0x2f00, 0x0c00, 0x0e20
    VIDEO 0x1301, 0x0007, 12, 0x1400
    VIDEO 0x1300, 0x001c, 12, 0x1500
    VIDEO 0x1303, 0x0000, 5, 0x1600, colored
    VIDEO 0x0300
    VIDEO 0x0200, 0, 0, 0x184f      ; the last cell
    VIDEO 0x0941, 0x005f, 1
    VIDEO 0x0e45
    VIDEO 0x0e46
    VIDEO 0x0300
    VIDEO 0x0100, 0, 0x2000
    VIDEO 0x0300
    VIDEO 0x0100, 0, 0x0607
    VIDEO 0x0200, 0x0100, 0, 0x0203 ; page 1
    VIDEO 0x0958, 0x0112, 2
    VIDEO 0x0801, 0x0100
    VIDEO 0x0501
    VIDEO 0x0f00
    VIDEO 0x0500
    VIDEO 0x1007, 0x0006
    VIDEO 0x1000, 0x3f06
    VIDEO 0x1007, 0x0006
    VIDEO 0x1008
    VIDEO 0x1015, 0x003f
    VIDEO 0x1010, 0x003f, 0x1122, 0x3300
    VIDEO 0x1015, 0x003f
    VIDEO 0x101a
    VIDEO 0x1003, 0x0000
    VIDEO 0x1200, 0xff10
    VIDEO 0x1202, 0x0030
    VIDEO 0x1a00
    VIDEO 0x1130, 0x0600
    VIDEO 0x1130, 0x0300
    VIDEO 0x0013
    VIDEO 0x0c2a, 0, 100, 50
    VIDEO 0x0d00, 0, 100, 50
    VIDEO 0x0f00
    VIDEO 0x0012
    VIDEO 0x0c0b, 0, 333, 222
    VIDEO 0x0d00, 0, 333, 222
    VIDEO 0x0c8b, 0, 333, 222
    VIDEO 0x0d00, 0, 333, 222
    VIDEO 0x0006
    VIDEO 0x0c01, 0, 639, 199
    VIDEO 0x0d00, 0, 639, 199
    VIDEO 0x0004
    VIDEO 0x0c03, 0, 7, 101
    VIDEO 0x0d00, 0, 7, 101
    VIDEO 0x0b00, 0x0004            ; background, in a mode of the CGA
    VIDEO 0x0b00, 0x0101
    VIDEO 0x1007, 0x0000
    VIDEO 0x1007, 0x0001
    VIDEO 0x1007, 0x0002
    VIDEO 0x0083
    VIDEO 0x0f00
    VIDEO 0x0003
    VIDEO 0x0400                    ; no light pen
    VIDEO 0x1001, 0x0500            ; border
    VIDEO 0x1008
    VIDEO 0x1002, 0, 0, palette
    VIDEO 0x1007, 0x0003
    VIDEO 0x1008
    VIDEO 0x1009, 0, 0, 0x600
    VIDEO 0x1012, 0x0020, 2, rainbow
    VIDEO 0x1015, 0x0021
    VIDEO 0x1017, 0x0020, 2, 0x620
    VIDEO 0x101b, 0x0020, 2         ; to grays
    VIDEO 0x1015, 0x0020
    VIDEO 0x1015, 0x0021
    VIDEO 0x1013, 0x0100            ; banks of sixteen colors
    VIDEO 0x1013, 0x0201
    VIDEO 0x101a
    VIDEO 0x1013, 0x0000
    VIDEO 0x0003
    VIDEO 0x1101                    ; 14 lines, without another height
    VIDEO 0x1103, 0x0004
    VIDEO 0x1130, 0x0200
    VIDEO 0x1103
    VIDEO 0x1111                    ; 14 lines
    VIDEO 0x1130, 0x0200
    VIDEO 0x0012
    VIDEO 0x1122, 0x0002            ; 14 lines in a graphics mode
    VIDEO 0x1130, 0x0100
    VIDEO 0x1123, 0x0003
    VIDEO 0x1130, 0x0100
    VIDEO 0x1124, 0x0000, 0, 20
    VIDEO 0x1130, 0x0100
    VIDEO 0x1121, 0x0002, 12
    VIDEO 0x1130, 0x0100
    VIDEO 0x0003
    VIDEO 0x1b01                    ; unknown
    VIDEO 0x1112                    ; 50 rows
    VIDEO 0x0200, 0, 0, 0x3000
    VIDEO 0x0941, 0x0007, 10
    VIDEO 0x0e0a
    VIDEO 0x0200, 0, 0, 0x0a05
    VIDEO 0x0941, 0x001e, 10
    VIDEO 0x0a42, 0x0000, 3
    VIDEO 0x0602, 0x4f00, 0x0903, 0x0c0e
    VIDEO 0x0701, 0x2f00, 0x0c00, 0x0e20
    VIDEO 0x1301, 0x0007, 12, 0x1400
    VIDEO 0x1303, 0x0000, 5, 0x1600, colored
    dw -1
text: db "Hello,", 13, 10, "you!"
palette: db 0, 1, 2, 0x13, 4, 5, 20, 7, 56, 57, 58, 59, 60, 61, 62, 63, 6
rainbow: db 63, 0, 0, 10, 20, 30
colored: db "c", 1, "o", 2, "l", 3, "o", 4, "r", 5
    times 5 * 512 - ($ - $$) db 0
