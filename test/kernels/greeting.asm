; Flat 32-bit code at 1 MiB: greets on COM1, the debug console and the screen, then ends with success.
%include "common.inc"
bits 32
org 0x100000
    PRINT text
    mov al, 'D'
    out 0xe9, al
    mov dword [0xb8000], 0x0c4b0a4f     ; OK in green and red
    mov dword [0x300000], 0x12345678
    mov ebx, 0xcafe
    EXIT EXIT_PASS
text: db "Hello", 13, 10, 0
