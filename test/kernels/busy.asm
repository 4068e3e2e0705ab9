; Flat 32-bit code at 1 MiB: counts for ever, with interrupts off. Not provably stuck: somebody might look at the counter.
%include "common.inc"
bits 32
org 0x100000
    cli
count:
    inc dword [counter]
    jmp count
counter: dd 0
