; Flat 32-bit code at 1 MiB: faults with an empty interrupt table.
%include "common.inc"
bits 32
org 0x100000
    lidt [empty_table]
    ud2
empty_table: dw 0
    dd 0
