; A boot sector that sleeps until the timer wakes it, and counts that, for ever.
%include "boot-sector.inc"
COUNTER equ 0x600

bits 16
org 0x7c00
    jmp 0:start
    align 16
start:
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
    mov word [COUNTER], ax
    sti
    align 16, db 0x90
sleep:                              ; 7c20h
    hlt
    inc word [COUNTER]
    jmp sleep
    BOOT_SIGNATURE
