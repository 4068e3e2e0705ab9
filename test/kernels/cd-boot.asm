; Started from a CD, it tells over COM1 what int 13h says of that, and exits with 0x10. Four sectors of 512 bytes: without
; emulation all of them are loaded, on an emulated disk the first loads the rest. On a hard disk that is the MBR.
%include "boot-sector.inc"
BOOT_SECTOR ds, es, ss
    mov [drive], dl
    sti
    cmp dword [second], 'TWO!'
    je main
    mov ax, 0x0203
    mov bx, second
    mov cx, 2
    mov dh, 0
    int 0x13
    jmp main

drive: db 0
packet:
    db 16, 0
    dw 1, 0x9000, 0
    dq 16

    times 446 - ($ - $$) db 0
    ; One partition: 20 cylinders of 4 heads and 17 sectors, less a track.
    db 0x80, 1, 1, 0, 0x83, 3, 17, 19
    dd 17, 20 * 4 * 17 - 17
    BOOT_SIGNATURE

second:
    db 'TWO!'
%include "serial-hex.inc"

main:
    SAY 'drive '
    mov al, [drive]
    call byte_out
    SAY 'floppies '
    mov ax, [0x410]
    and ax, 0x00c1
    call word_out
    SAY 'disks '
    mov al, [0x475]
    call byte_out
    call line_end

    call tell_image
    call tell_parameters
    mov al, [drive]
    call read_second

    SAY 'sector 16 '
    mov dl, 0xe0
    mov ah, 0x42
    mov si, packet
    int 0x13
    call status_out
    mov cx, 6
    mov si, 0x9000
.letter:
    lodsb
    call byte_out
    loop .letter
    call line_end

    SAY 'end '
    mov ax, 0x4b00
    mov dl, [drive]
    mov si, 0x8e00
    int 0x13
    call status_out
    SAY 'disks '
    mov al, [0x475]
    call byte_out
    call line_end
    mov al, [drive]
    call read_second
    mov al, 0x10
    mov dx, 0xf4
    out dx, al
    cli
    hlt

; Function 4B01h of the drive.
tell_image:
    SAY 'image '
    mov ax, 0x4b01
    mov dl, [drive]
    mov si, 0x8e00
    int 0x13
    call status_out
    mov si, 0x8e00
    mov cx, 0x13
.byte:
    lodsb
    call byte_out
    loop .byte
    jmp line_end

; Function 08h.
tell_parameters:
    SAY 'parameters '
    mov ah, 0x08
    mov dl, [drive]
    xor bx, bx
    xor cx, cx
    xor dh, dh
    push es
    int 0x13
    pop es
    call status_out
    jc .done
    mov ax, bx
    call word_out
    mov ax, cx
    call word_out
    mov ax, dx
    call word_out
.done:
    jmp line_end

; Sector 2 of the first track of drive AL, its first four bytes.
read_second:
    push ax
    SAY 'second '
    pop ax
    mov dl, al
    mov dword [0x9000], 0
    mov bx, 0x9000
    mov ax, 0x0201
    mov cx, 2
    mov dh, 0
    int 0x13
    call status_out
    mov si, 0x9000
    mov cx, 4
.byte:
    lodsb
    call byte_out
    loop .byte
    jmp line_end

    times 2048 - ($ - $$) db 0
