; Three tests that pass.
%include "tests.inc"

section .rodata
align 4
tests:
        dd name_1, trivial_assertion
        dd name_2, memory_keeps_what_it_is_given
        dd name_3, division_by_three
        dd 0
name_1: db "guest_tests::trivial_assertion", 0
name_2: db "guest_tests::memory::keeps_what_it_is_given", 0
name_3: db "guest_tests::arithmetic::division_by_three", 0

section .text
trivial_assertion:
        xor eax, eax
        ret

memory_keeps_what_it_is_given:
        mov dword [scratch], 0xc0ffee
        mov eax, [scratch]
        sub eax, 0xc0ffee
        ret

division_by_three:
        mov eax, 42
        xor edx, edx
        mov ecx, 3
        div ecx
        sub eax, 14
        or eax, edx
        ret

section .bss
alignb 4
scratch: resd 1
