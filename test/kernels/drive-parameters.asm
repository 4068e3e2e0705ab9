; A boot sector that tells over COM1 what int 13h says of the drives 00h, 01h and 80h to 85h, a line each:
; the drive; of function 08h the status, BL (type), CX and DX (geometry); of function 15h AH (type), CX and DX
; (sectors). In hexadecimal. Then it exits with 0x10.
COM1 equ 0x3f8

bits 16
org 0x7c00
    jmp 0:start
start:
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
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

; AH, or FF with the carry flag.
status_out:
    push ax
    jc .failed
    mov ah, 0
.failed:
    mov al, ah
    call byte_out
    pop ax
    ret

; CX and DX.
words_out:
    push cx
    mov al, ch
    call half_out
    pop ax
    call byte_out
    push dx
    mov al, dh
    call half_out
    pop ax
    jmp byte_out

; AL in hexadecimal and a blank; half_out: no blank.
byte_out:
    call half_out
    mov al, ' '
    jmp send
half_out:
    push ax
    shr al, 4
    call digit
    pop ax
    and al, 15
digit:
    add al, '0'
    cmp al, '9'
    jbe send
    add al, 'a' - '9' - 1
send:
    push dx
    push ax
    mov dx, COM1 + 5
.wait:
    in al, dx
    test al, 0x20
    jz .wait
    pop ax
    mov dx, COM1
    out dx, al
    pop dx
    ret

drives: db 0x00, 0x01, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0xff
drive: db 0
    times 510 - ($ - $$) db 0
    dw 0xaa55
