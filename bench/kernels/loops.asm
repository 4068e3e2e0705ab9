; Hot loops.
%include "start.asm"

; FNV-1a over 64 KiB, again and again.
fnv:    mov rax, 0xcbf29ce484222325
        mov r8, 0x100000001b3
.round: mov esi, 0x120000
.byte:  movzx edx, byte [rsi]
        xor rax, rdx
        imul rax, r8
        inc rsi
        cmp rsi, 0x130000
        jne .byte
        dec rcx
        jnz .round
        jmp done

; Eratosthenes up to 65536, a byte a number.
sieve:  mov edi, 0x120000
.clear: mov qword [rdi], 0
        add rdi, 8
        cmp rdi, 0x130000
        jb .clear
        mov esi, 2
.next:  cmp byte [rsi + 0x120000], 0
        jne .skip
        lea rdi, [rsi + rsi]
.mark:  cmp rdi, 0x10000
        jae .skip
        mov byte [rdi + 0x120000], 1
        add rdi, rsi
        jmp .mark
.skip:  inc rsi
        cmp rsi, 0x10000
        jb .next
        dec rcx
        jnz sieve
        jmp done

; Bitwise CRC-32 of 4 KiB.
crc:    mov esi, 0x120000
        mov eax, -1
.byte:  movzx edx, byte [rsi]
        xor eax, edx
        mov r8d, 8
.bit:   mov edx, eax
        and edx, 1
        neg edx
        and edx, 0xedb88320
        shr eax, 1
        xor eax, edx
        dec r8d
        jnz .bit
        inc rsi
        cmp rsi, 0x121000
        jb .byte
        dec rcx
        jnz crc
        jmp done

; Recursive Fibonacci of 18.
fib:    mov edi, 18
        call .of
        dec rcx
        jnz fib
        jmp done
.of:    cmp edi, 2
        jae .deep
        mov eax, edi
        ret
.deep:  push rdi
        dec edi
        call .of
        pop rdi
        push rax
        lea edi, [rdi - 2]
        call .of
        pop rdx
        add eax, edx
        ret

; Product of two 64 × 64 matrices of 32-bit numbers.
matmul: mov r8, 0x120000
        xor r9d, r9d
.row:   xor r10d, r10d
.cell:  mov rsi, r9
        shl rsi, 8
        add rsi, 0x130000
        lea rdi, [r10 * 4 + 0x140000]
        xor eax, eax
        mov edx, 64
.term:  mov r11d, [rsi]
        imul r11d, [rdi]
        add eax, r11d
        add rsi, 4
        add rdi, 256
        dec edx
        jnz .term
        mov [r8], eax
        add r8, 4
        inc r10d
        cmp r10d, 64
        jb .cell
        inc r9d
        cmp r9d, 64
        jb .row
        dec rcx
        jnz matmul
        jmp done
end:
