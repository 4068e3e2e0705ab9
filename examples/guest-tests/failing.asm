; The second of three tests fails; the harness goes on to the third.
%include "tests.inc"

section .rodata
align 4
tests:
        dd name_1, passes
        dd name_2, fails
        dd name_3, passes
        dd 0
name_1: db "guest_tests::before", 0
name_2: db "guest_tests::two_and_two_are_five", 0
name_3: db "guest_tests::after", 0

section .text
passes:
        xor eax, eax
        ret

fails:
        mov eax, 2
        add eax, 2
        sub eax, 5
        ret
