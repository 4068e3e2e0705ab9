; A boot sector: writes over the disk that it was booted from, 127 sectors at a time, until that fails; then ends with success.
%include "boot-sector.inc"
bits 16
org 0x7c00
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
    mov [drive], dl
next:
    mov ah, 0x43
    mov al, 0
    mov dl, [drive]
    mov si, packet
    int 0x13
    jc done
    add dword [block], 127
    jmp next
done:
    mov dx, EXIT_PORT
    mov ax, EXIT_PASS
    out dx, al
stay:
    hlt
    jmp stay

packet: db 16, 0
    dw 127, 0, 0x1000
block: dd 0, 0
drive: db 0
    BOOT_SIGNATURE
