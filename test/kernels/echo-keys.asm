; A boot sector that sends each key to COM1 as the BIOS reports it: character, then scan code.
COM1 equ 0x3f8

bits 16
org 0x7c00
    jmp 0:start
start:
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
    sti
    mov dx, COM1
    mov al, '>'                     ; ready
    out dx, al
next:
    xor ah, ah
    int 0x16
    mov bx, ax
    call send
    mov bl, bh
    call send
    jmp next

; Sends BL.
send:
    mov dx, COM1 + 5
.wait:
    in al, dx
    test al, 0x20
    jz .wait
    mov dx, COM1
    mov al, bl
    out dx, al
    ret
    times 510 - ($ - $$) db 0
    dw 0xaa55
