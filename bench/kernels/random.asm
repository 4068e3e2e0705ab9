; Reads and writes at random places of 32 MiB, more than any TLB covers.
%include "start.asm"

area    equ 0x2000000
tables  equ 0x1000000

; In pages of 4 KiB.
random_small:
        mov edi, tables
        mov eax, area | 7
.entry: mov [rdi], rax
        add rdi, 8
        add rax, 0x1000
        cmp rax, area + 0x2000000
        jb .entry
        mov edi, pd + 8 * (area >> 21)
        mov eax, tables | 7
.table: mov [rdi], rax
        add rdi, 8
        add rax, 0x1000
        cmp rax, tables + 0x10000
        jb .table
        mov rax, cr3
        mov cr3, rax

; In pages of 2 MiB.
random_large:
        mov r8, 0x5851f42d4c957f2d
        mov rax, 1
.next:  imul rax, r8
        add rax, r8
        mov rdx, rax
        shr rdx, 39
        and rdx, -8
        add dword [rdx + area], 1
        dec rcx
        jnz .next
        jmp done
end:
