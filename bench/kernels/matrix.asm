; Product of two 64 × 64 matrices of doubles, by gcc: matrix.c.
%include "start.asm"

size    equ 64
result  equ 0x120000
left    equ 0x130000
right   equ 0x140000

; Fractions: the first product is inexact, and so is MXCSR from there on.
fractions:
        mov ebx, 3
        mov r13d, product
        jmp fill

; Whole numbers: MXCSR stays as it was after power-on.
whole:  mov ebx, 1
        mov r13d, product
        jmp fill

; By x87.
fractions_387:
        fninit
        mov ebx, 3
        mov r13d, product_387

fill:   mov r12, rcx
        cvtsi2sd xmm2, ebx
        mov eax, 1
        mov edi, left
.next:  cvtsi2sd xmm0, eax
        divsd xmm0, xmm2
        movsd [rdi], xmm0
        add eax, 5
        and eax, 63
        add rdi, 8
        cmp edi, right + size * size * 8
        jne .next
.again: mov edi, result
        mov esi, left
        mov edx, right
        mov ecx, size
        call r13
        dec r12
        jnz .again
        jmp done

align 16
product:
        incbin "matrix.bin"
align 16
product_387:
        incbin "matrix-387.bin"
end:
