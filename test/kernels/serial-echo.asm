; Flat 32-bit code at 1 MiB: prints READY, then every byte that it gets on COM1, with letters in upper case, until a full stop.
%include "common.inc"
bits 32
org 0x100000
    mov dx, COM1 + 2            ; FIFO control: enable
    mov al, 1
    out dx, al
    PRINT text
next:
    mov dx, COM1 + 5            ; line status
wait_byte:
    in al, dx
    test al, 1
    jz wait_byte
    mov dx, COM1
    in al, dx
    cmp al, 'a'
    jb put
    cmp al, 'z'
    ja put
    sub al, 0x20
put:
    out dx, al
    cmp al, '.'
    jne next
    EXIT EXIT_PASS
text: db "READY", 13, 10, 0
