; State of floating point, to memory and back.
%include "start.asm"

; A pair a round.
save_restore:
        fninit
        mov esi, first
.again: fxsave64 [rsi]
        fxrstor64 [rsi]
        dec rcx
        jnz .again
        jmp done

; Two threads that hand over to each other, as a kernel's scheduler does: a round is there and back.
switch_context:
        fninit
        mov r12, rcx
        mov ebx, other
        mov [other_stack - 8], rbx
        mov edi, first
        mov esi, second
        fxsave64 [rsi]
        mov qword [rsi + pointer], other_stack - 7 * 8
.again: call yield
        dec r12
        jnz .again
        jmp done
other:  call yield
        jmp other

; From the thread of RDI to the one of RSI, which finds them swapped.
yield:  push rbx
        push rbp
        push r12
        push r13
        push r14
        push r15
        fxsave64 [rdi]
        mov [rdi + pointer], rsp
        xchg rdi, rsi
        mov rax, cr3
        mov cr3, rax
        mov rsp, [rdi + pointer]
        fxrstor64 [rdi]
        pop r15
        pop r14
        pop r13
        pop r12
        pop rbp
        pop rbx
        ret

pointer equ 512
first   equ 0x120000
second  equ 0x121000
other_stack equ 0x124000
end:
