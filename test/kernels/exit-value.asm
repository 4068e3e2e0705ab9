; Flat 32-bit code at 1 MiB: ends with the value of EAX at entry.
%include "common.inc"
bits 32
org 0x100000
    mov dx, EXIT_PORT
    out dx, al
stay:
    hlt
    jmp stay
