; Flat 32-bit code at 1 MiB: writes AL to port DX, both as they are at entry.
%include "common.inc"
bits 32
org 0x100000
    out dx, al
stay:
    hlt
    jmp stay
