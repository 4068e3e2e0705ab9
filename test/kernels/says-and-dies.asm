; elf32
; Prints one line and triple-faults: an undefined instruction with an empty interrupt table.
%include "common.inc"

section .multiboot
    MULTIBOOT1 0

section .text
bits 32
global start
start:
    PRINT last_words
    lidt [empty_table]
    ud2

section .rodata
last_words: db "about to die", 13, 10, 0
empty_table: dw 0
    dd 0
