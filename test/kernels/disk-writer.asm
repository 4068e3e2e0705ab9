; A boot sector: writes its second sector through int 13h, reads it back, prints OK or the BIOS's error code on COM1, and
; ends with success. Two sectors.
%include "boot-sector.inc"
bits 16
org 0x7c00
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    mov [drive], dl
    mov di, 0x8000
    mov cx, 256
    mov ax, 'WR'
    rep stosw
    mov ax, 0x0301              ; write one sector
    call transfer
    mov di, 0x8000
    mov cx, 256
    xor ax, ax
    rep stosw
    mov ax, 0x0201              ; read one sector
    call transfer
    cmp word [0x81fe], 'WR'
    jne failed
    mov si, good
    jmp print

transfer:
    mov bx, 0x8000
    mov cx, 0x0002              ; cylinder 0, sector 2
    mov dh, 0
    mov dl, [drive]
    int 0x13
    jc failed
    ret

failed:
    add ah, 'A'
    mov [code], ah
    mov si, bad
print:
    mov dx, COM1
.next:
    lodsb
    test al, al
    jz .done
    out dx, al
    jmp .next
.done:
    mov dx, EXIT_PORT
    mov ax, EXIT_PASS
    out dx, al
stay:
    hlt
    jmp stay

good: db "OK", 13, 10, 0
bad: db "failed "
code: db "?", 13, 10, 0
drive: db 0
    BOOT_SIGNATURE
    times 512 db 'r'
