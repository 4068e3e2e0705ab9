; Code without branches, for the decoder: twelve instructions again and again, over many pages.
%include "start.asm"

straight:
%rep 400
        mov eax, [rsi + 8]
        add rax, rdx
        lea r8, [rsi + rdx * 4 + 64]
        mov [rsp - 16], r8
        movzx r9d, byte [rsi + 1]
        imul r10d, r9d, 1000
        shl r10, 3
        xor r11d, r11d
        test r10, r10
        cmp dword [rsi + 0x100], 77
        cmovz rax, r8
        sub dword [rsp - 32], 5
%endrep
        dec rcx
        jz done
        jmp straight
end:
