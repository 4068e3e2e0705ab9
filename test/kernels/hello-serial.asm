; elf32
; Prints a greeting on COM1 and ends the run with success.
%include "common.inc"

section .multiboot
    MULTIBOOT1 0

section .text
bits 32
global start
start:
    PRINT greeting
    EXIT EXIT_PASS

section .rodata
greeting: db "Hello from kerneltest", 13, 10, 0
