; elf32
; Speaks the language of blog_os: of three tests the first passes, and the second waits for ever with interrupts on.
%include "common.inc"

section .multiboot
    MULTIBOOT1 0

section .text
bits 32
global start
start:
    mov al, 0xff                    ; no interrupt ever comes
    out 0x21, al
    out 0xa1, al
    PRINT lines
    sti
.wait:
    hlt
    jmp .wait

section .rodata
lines:
    db "Running 3 tests", 10
    db "suite::passes...", 9, "[ok]", 10
    db "suite::waits...", 9, "waiting", 10, 0
