; A boot sector that sets one BIOS video mode after the other, and prints on COM1, in hexadecimal: AX behind the mode set,
; miscellaneous output, sequencer, CRT controller, graphics controller, attribute controller, colors 0 to 63, and the BIOS
; data area at 449h and 484h, a line each. Then it halts for ever.
%include "boot-sector.inc"

BOOT_SECTOR ds, ss
    cld
    mov si, modes
next_mode:
    lodsb
    cmp al, 0xff
    je rest
    xor ah, ah
    push si
    int 0x10
    push ax
    mov al, ah
    call print
    pop ax
    call print
    call line
    mov dx, 0x3cc
    in al, dx
    call print
    call line
    mov dx, 0x3c4
    mov cx, 5
    call indexed
    mov dx, [0x463]
    mov cx, 25
    call indexed
    mov dx, 0x3ce
    mov cx, 9
    call indexed
    xor bl, bl
.attribute:
    mov dx, [0x463]
    add dx, 6
    in al, dx
    mov dx, 0x3c0
    mov al, bl
    or al, 0x20
    out dx, al
    inc dx
    in al, dx
    call print
    inc bl
    cmp bl, 21
    jb .attribute
    call line
    mov dx, 0x3c7
    xor al, al
    out dx, al
    mov dx, 0x3c9
    mov cx, 192
.color:
    in al, dx
    call print
    loop .color
    call line
    mov si, 0x449
    mov cx, 30
    call memory
    mov si, 0x484
    mov cx, 3
    call memory
    pop si
    jmp next_mode
rest:
    cli
    hlt
    jmp rest

; CX registers behind index port DX.
indexed:
    xor bl, bl
.next:
    mov al, bl
    out dx, al
    inc dx
    in al, dx
    dec dx
    call print
    inc bl
    loop .next
    jmp line

; CX bytes at SI.
memory:
    lodsb
    call print
    loop memory
line:
    mov al, 10
    jmp send

; AL in hexadecimal.
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
    push dx
    mov dx, COM1
    out dx, al
    pop dx
    ret

modes: db 0, 1, 2, 3, 4, 5, 6, 7, 0x0d, 0x0e, 0x10, 0x11, 0x12, 0x13, 0xff
    BOOT_SIGNATURE
