; A boot sector: switches the mouse on by int 15h, function C2, and prints each of its packets on COM1: status, x and y as
; hexadecimal bytes, on one line.
%include "boot-sector.inc"
BOOT_SECTOR ds, es, ss
    sti
    mov ax, 0xc205              ; packets of three bytes
    mov bh, 3
    int 0x15
    jc failed
    mov ax, 0xc207
    mov bx, packet
    int 0x15
    jc failed
    mov ax, 0xc200
    mov bh, 1
    int 0x15
    jc failed
    mov si, ready
    call print
wait_for_more:
    hlt
    jmp wait_for_more
failed:
    mov si, bad
    call print
    jmp wait_for_more

; Called by the BIOS: status, x, y, z are on the stack, z last.
packet:
    pusha
    mov bp, sp
    mov al, [bp + 26]
    call byte_out
    mov al, [bp + 24]
    call byte_out
    mov al, [bp + 22]
    call byte_out
    mov al, 10
    call send
    popa
    retf

byte_out:
    push ax
    mov al, ' '
    call send
    pop ax
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
    mov dx, COM1
    out dx, al
    ret
print:
    lodsb
    test al, al
    jz .end
    call send
    jmp print
.end:
    ret

ready: db "ready", 10, 0
bad: db "no mouse", 10, 0
    BOOT_SIGNATURE
