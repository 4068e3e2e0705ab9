; Loops over XMM registers.
%include "start.asm"

source  equ 0x120000
target  equ 0x124000
bytes   equ 0x4000

; Copies 16 KiB, as a memcpy of SSE2 does.
copy:   mov esi, source
        mov edi, target
        mov eax, bytes / 64
.line:  movdqu xmm0, [rsi]
        movdqu xmm1, [rsi + 16]
        movdqu xmm2, [rsi + 32]
        movdqu xmm3, [rsi + 48]
        add rsi, 64
        movaps [rdi], xmm0
        movaps [rdi + 16], xmm1
        movaps [rdi + 32], xmm2
        movaps [rdi + 48], xmm3
        add rdi, 64
        dec eax
        jnz .line
        dec rcx
        jnz copy
        jmp done

; A sum that is mixed with what it is made of: four numbers of 32 bits at a time.
packed: pxor xmm2, xmm2
        pcmpeqd xmm3, xmm3
        mov esi, source
.four:  movdqa xmm0, [rsi]
        movdqa xmm1, xmm0
        pslld xmm0, 5
        psubd xmm0, xmm1
        pxor xmm0, xmm2
        paddd xmm2, xmm0
        pand xmm1, xmm3
        paddd xmm2, xmm1
        movdqu [rsi + target - source], xmm2
        add rsi, 16
        cmp rsi, source + bytes
        jne .four
        dec rcx
        jnz packed
        jmp done
end:
