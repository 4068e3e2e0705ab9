; Flat 32-bit code at 1 MiB: jumps to itself with interrupts off.
%include "common.inc"
bits 32
org 0x100000
    cli
self:
    jmp self
