; A loop of every kind of operand, with an inner branch-free body: for the test that lowers it to a region.
bits 64
org 0x100000
        mov edi, 0x180000
        mov ecx, 3000
        mov rax, 0xcbf29ce484222325
.again: xor al, cl
        mov rdx, 0x100000001b3
        imul rax, rdx
        mov [rdi], eax
        add rdi, 5
        add r8w, [rdi - 9]
        adc r9, rax
        mov bl, ah
        sub [rdi + rcx * 4], bh
        lea rsi, [rel .again]
        inc bh
        rol r10d, 3
        sbb r11d, 0x12345
        shr eax, cl
        cmovs r12, rax
        setp r13b
        neg r14
        movsx ebp, bl
        or r15, rbp
        push rax
        pop rdx
        test ecx, 1
        sete dl
        xchg rdx, r9
        dec ecx
        jnz .again
        hlt
