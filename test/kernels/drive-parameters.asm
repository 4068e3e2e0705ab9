; A boot sector that tells over COM1 what int 13h says of the drives 00h, 01h and 80h to 85h, a line each:
; the drive; of function 08h the status, BL (type), CX and DX (geometry); of function 15h AH (type), CX and DX
; (sectors). In hexadecimal. Then it exits with 0x10.
%include "boot-sector.inc"
BOOT_SECTOR ds, ss
    mov si, drives
next:
    lodsb
    cmp al, 0xff
    je done
    mov [drive], al
    call byte_out

    mov ah, 0x08
    mov dl, [drive]
    xor bx, bx
    xor cx, cx
    push si
    int 0x13
    pop si
    call status_out
    mov al, bl
    call byte_out
    call words_out

    mov ah, 0x15
    mov al, 0xff
    mov dl, [drive]
    xor cx, cx
    xor dh, dh
    int 0x13
    jnc .kind
    mov ah, 0xff
.kind:
    mov al, ah
    call byte_out
    call words_out
    mov al, 10
    call send
    jmp next

done:
    mov al, 0x10
    mov dx, 0xf4
    out dx, al
    cli
    hlt

; CX and DX.
words_out:
    mov ax, cx
    call word_out
    mov ax, dx
    jmp word_out

%include "serial-hex.inc"

drives: db 0x00, 0x01, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0xff
drive: db 0
    BOOT_SIGNATURE
