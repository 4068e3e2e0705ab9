; Hot loops in 64-bit code. Entered at `table[n]`; each runs until HLT. The harness sets RCX to the rounds.
bits 64
org 0x100000
table:  dq fnv, sieve, crc, fib

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
        hlt

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
        hlt

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
        hlt

; Recursive Fibonacci of 18.
fib:    mov edi, 18
        call .of
        dec rcx
        jnz fib
        hlt
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
