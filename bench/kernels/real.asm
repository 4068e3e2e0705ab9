; Real mode, as a boot sector has it: code at 0x7c00, data behind it and the stack in front of it, in one page.
%include "header.asm"

sector  equ 0x7c00
data    equ 0x7e00

start:  mov esi, first
        mov edi, sector
        mov ecx, end - first
        rep movsb
        lgdt [gdtr]
        lidt [idtr]
        jmp 8:narrow - first + sector

align 8
gdt:    dq 0, 0x00009b000000ffff, 0x000093000000ffff
gdtr:   dw 23
        dd gdt
idtr:   dw 0x3ff
        dd 0

; What runs at 0x7c00; addresses are offsets from there.
%define at(label) (label - first + sector)
bits 16
first:
narrow: mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov eax, cr0
        and al, ~1
        mov cr0, eax
        jmp 0:at(real)
real:   xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, sector
        mov word [0x60 * 4], at(answer)
        mov word [0x60 * 4 + 2], 0
        mov dword [data], 0
        mov ecx, ROUNDS
        test ecx, ecx
        jnz KERNEL
done:   mov al, 0x10
        out 0xf4, al
        hlt
answer: iret

; A software interrupt and its return a round.
interrupts:
        int 0x60
        dec ecx
        jnz interrupts
        jmp done

; Pushes, calls and counts beside the code.
beside: push cx
        call .count
        pop cx
        dec ecx
        jnz beside
        jmp done
.count: inc word [data]
        mov ax, [data]
        add [data + 2], ax
        ret

; Each round changes the next instruction, and runs it.
modify: inc byte [at(.changed) + 1]
.changed:
        mov al, 0
        push ax
        pop bx
        add [data], bx
        dec ecx
        jnz modify
        jmp done
end:
