; A boot sector that waits for keys. r reads the second sector of the drive that was booted from, and prints the 8 bytes it
; begins with on COM1; w writes "guest" there; x ends with success. What does not go well is tried twice more, as is
; usual, and then told by the status of the BIOS.
%include "boot-sector.inc"
BOOT_SECTOR ds, es, ss
    sti
    mov [drive], dl
    mov si, ready
    call print
next:
    mov ah, 0
    int 0x16
    cmp al, 'x'
    je exit
    cmp al, 'w'
    je write
    mov ax, 0x0201
    call transfer
    mov si, sector
    mov byte [sector + 8], 0
    call print
    jmp done
write:
    mov si, written
    mov di, sector
    mov cx, 8
    rep movsb
    mov ax, 0x0301
    call transfer
done:
    mov si, line
    call print
    jmp next

; AX = function and count.
transfer:
    mov di, 3
.try:
    push ax
    mov bx, sector
    mov cx, 0x0002              ; cylinder 0, sector 2
    mov dh, 0
    mov dl, [drive]
    int 0x13
    jnc .good
    mov [status], ah
    mov ah, 0
    mov dl, [drive]
    int 0x13
    pop ax
    dec di
    jnz .try
    pop ax                      ; the caller goes on with the next key
    mov al, [status]
    shr al, 4
    call digit
    mov al, [status]
    and al, 15
    call digit
    mov si, failed
    call print
    jmp next
.good:
    pop ax
    ret

print:
    lodsb
    test al, al
    jz .end
    call send
    jmp print
.end:
    ret

digit:
    add al, '0'
    cmp al, '9'
    jbe send
    add al, 'a' - '9' - 1
send:
    mov dx, COM1
    out dx, al
    ret

exit:
    mov dx, EXIT_PORT
    mov ax, EXIT_PASS
    out dx, al
stay:
    hlt
    jmp stay

ready: db "ready", 10, 0
failed: db " failed", 10, 0
line: db 10, 0
written: db "guest", 0, 0, 0
drive: db 0
status: db 0
sector equ 0x8000
    BOOT_SIGNATURE
    db "file"
    times 1024 - ($ - $$) db 0
