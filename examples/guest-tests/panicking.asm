; The second of three tests panics: the run ends there, and the third never runs.
%include "tests.inc"

section .rodata
align 4
tests:
        dd name_1, passes
        dd name_2, panics
        dd name_3, passes
        dd 0
name_1: db "guest_tests::before", 0
name_2: db "guest_tests::heap::survives_a_huge_allocation", 0
name_3: db "guest_tests::never_reached", 0
message: db "panicked at 'allocation error: 64 GiB', src/heap.rs:42:9", 10, 0

section .text
passes:
        xor eax, eax
        ret

panics:
        mov esi, message
        jmp panic
