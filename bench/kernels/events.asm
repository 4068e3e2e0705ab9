; Changes of privilege and of the flow of control that take a delivery: a pair a round.
%include "start.asm"

user_cs equ 0x20 | 3
user_ds equ 0x18 | 3
missing equ 0x8000000

; A read of a page that is not there; the handler goes on behind it.
fault:  mov eax, handle
        mov [idt + 14 * 16], ax
        mov word [idt + 14 * 16 + 2], 8
        mov word [idt + 14 * 16 + 4], 0x8e00
        shr eax, 16
        mov [idt + 14 * 16 + 6], ax
        lidt [idtr]
.again: mov eax, [missing]      ; 7 bytes
        dec rcx
        jnz .again
        jmp done
handle: add rsp, 8
        add qword [rsp], 7
        iretq

; SYSCALL and SYSRET at privilege level 3, which may use ports.
syscall_sysret:
        mov rbx, rcx
        mov ecx, 0xc0000081     ; STAR
        xor eax, eax
        mov edx, 0x10 << 16 | 8
        wrmsr
        inc ecx                 ; LSTAR
        mov eax, serve
        xor edx, edx
        wrmsr
        mov ecx, 0xc0000084     ; FMASK
        xor eax, eax
        wrmsr
        mov ecx, user
        mov r11d, 3 << 12 | 2
        o64 sysret
user:   syscall
        dec rbx
        jnz user
        jmp done
serve:  o64 sysret

align 16
idtr:   dw 15 * 16 - 1
        dq idt
idt     equ 0x4000
end:
