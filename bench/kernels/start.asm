; 64-bit mode, the first 64 MiB mapped one to one in large pages, for user code too. RCX counts the rounds.
%include "header.asm"

pml4    equ 0x1000
pdpt    equ 0x2000
pd      equ 0x3000
stack   equ 0x200000

start:  mov dword [pml4], pdpt | 7
        mov dword [pdpt], pd | 7
        mov edi, pd
        mov eax, 0x87
.large: mov [edi], eax
        mov dword [edi + 4], 0
        add edi, 8
        add eax, 0x200000
        cmp eax, 0x4000087
        jb .large
        mov eax, pml4
        mov cr3, eax
        mov eax, cr4
        or eax, 1 << 5 | 1 << 9 | 1 << 10   ; PAE, OSFXSR, OSXMMEXCPT
        mov cr4, eax
        mov ecx, 0xc0000080
        rdmsr
        or eax, 1 << 8 | 1      ; LME, SCE
        wrmsr
        mov eax, cr0
        or eax, 1 << 31
        mov cr0, eax
        lgdt [gdtr]
        jmp 8:wide

align 8
gdt:    dq 0, 0x00209b0000000000, 0x00cf93000000ffff, 0x00cff3000000ffff, 0x0020fb0000000000
gdtr:   dw 39
        dd gdt

bits 64
default abs
wide:   mov eax, 16
        mov ss, eax
        mov ds, eax
        mov es, eax
        mov esp, stack
        mov rcx, ROUNDS
        test rcx, rcx
        jnz KERNEL
done:   mov eax, 0x10
        out 0xf4, eax
        hlt
