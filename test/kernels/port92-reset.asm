; Flat 32-bit code at 1 MiB: a fast reset through system control port A.
%include "common.inc"
bits 32
org 0x100000
    in al, 0x92
    or al, 1
    out 0x92, al
stay:
    hlt
    jmp stay
