; elf32
; Clears the text screen, writes a greeting in light cyan to its upper left, says so on COM1 and ends with success.
%include "common.inc"

SCREEN      equ 0xb8000

section .multiboot
    MULTIBOOT1 0

section .text
bits 32
global start
start:
    cld
    mov edi, SCREEN
    mov eax, 0x07200720             ; blanks, light gray on black
    mov ecx, 80 * 25 / 2
    rep stosd
    mov esi, greeting
    mov edi, SCREEN
    mov ah, 0x0b
.next:
    lodsb
    test al, al
    jz .shown
    stosw
    jmp .next
.shown:
    PRINT said
    EXIT EXIT_PASS

section .rodata
greeting: db "Hello, screen!", 0
said: db "greeted", 13, 10, 0
