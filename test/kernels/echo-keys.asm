; A boot sector that sends each key to COM1 as the BIOS reports it: character, then scan code.
%include "boot-sector.inc"

BOOT_SECTOR ds, ss
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
    BOOT_SIGNATURE
