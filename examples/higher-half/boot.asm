; From the boot loader (32-bit protected mode, paging off) to the higher half in long mode.
; Everything here runs at its physical address; kernel.asm runs at 0xffffffff88000000 and above.

PRESENT    equ 1 << 0
WRITABLE   equ 1 << 1
NO_EXECUTE equ 1 << 31                  ; in the upper half of an entry

; Symbols of kernel.asm and kernel.ld have virtual addresses. This is where they lie in memory.
KERNEL_OFFSET equ 0xffffffff88000000 - 0x200000
%define PHYSICAL(address) (address - KERNEL_OFFSET)

extern enter_kernel, stack_top
extern text_start, rodata_start, data_start, kernel_end
extern pml4, pdpt_low, pd_low, pt_low, pdpt_high, pd_high, pt_kernel

section .multiboot
align 8
header:
        dd 0xe85250d6, 0, header_end - header
        dd -(0xe85250d6 + (header_end - header))
        dw 0, 0                         ; end tag
        dd 8
header_end:

section .boot
bits 32
global start
start:
        cli
        cmp eax, 0x36d76289             ; a multiboot2 loader says so in EAX
        jne .dead
        mov esp, PHYSICAL(stack_top)    ; a loader promises none

        ; The tables: PML4[0] is an identity map of the boot code, PML4[511] the kernel.
        mov dword [PHYSICAL(pml4)], PHYSICAL(pdpt_low) + (PRESENT | WRITABLE)
        mov dword [PHYSICAL(pdpt_low)], PHYSICAL(pd_low) + (PRESENT | WRITABLE)
        mov dword [PHYSICAL(pd_low)], PHYSICAL(pt_low) + (PRESENT | WRITABLE)
        mov dword [PHYSICAL(pml4) + 511 * 8], PHYSICAL(pdpt_high) + (PRESENT | WRITABLE)
        mov dword [PHYSICAL(pdpt_high) + 510 * 8], PHYSICAL(pd_high) + (PRESENT | WRITABLE)
        mov dword [PHYSICAL(pd_high) + 64 * 8], PHYSICAL(pt_kernel) + (PRESENT | WRITABLE)

        ; The page of the boot code, read-only, until the kernel has jumped away from it.
        mov dword [PHYSICAL(pt_low) + 0x100 * 8], 0x100000 + PRESENT

        ; The kernel, section by section: text read-only, constants also not executable, the rest writable.
        mov edi, PHYSICAL(pt_kernel)
        mov eax, PHYSICAL(text_start) + PRESENT
        xor edx, edx
        mov ecx, PHYSICAL(rodata_start)
        call map_up_to
        mov edx, NO_EXECUTE
        mov ecx, PHYSICAL(data_start)
        call map_up_to
        or eax, WRITABLE
        mov ecx, PHYSICAL(kernel_end)
        call map_up_to

        ; The text screen, at the last page of the kernel's 2 MiB.
        mov dword [PHYSICAL(pt_kernel) + 511 * 8], 0xb8000 + (PRESENT | WRITABLE)
        mov dword [PHYSICAL(pt_kernel) + 511 * 8 + 4], NO_EXECUTE

        mov eax, cr4
        or eax, 1 << 5                  ; PAE
        mov cr4, eax
        mov eax, PHYSICAL(pml4)
        mov cr3, eax
        mov ecx, 0xc0000080             ; EFER: long mode and no-execute
        rdmsr
        or eax, 1 << 8 | 1 << 11
        wrmsr
        mov eax, cr0
        or eax, 1 << 31 | 1 << 16       ; paging, and read-only pages for the kernel too
        mov cr0, eax
        lgdt [gdt_pointer]
        jmp 8:.long_mode
.dead:
        hlt
        jmp .dead
bits 64
.long_mode:
        mov rax, enter_kernel
        jmp rax

bits 32
; Writes entries at EDI for the pages from EAX (with flags) up to ECX; EDX is the upper half of each entry.
map_up_to:
        mov ebx, eax
        and ebx, ~0xfff
        cmp ebx, ecx
        jae .done
        mov [edi], eax
        mov [edi + 4], edx
        add eax, 0x1000
        add edi, 8
        jmp map_up_to
.done:
        ret

align 8
gdt:
        dq 0
        dq 0x00209b0000000000           ; 64-bit code, accessed: the page is read-only
gdt_pointer:
        dw gdt_pointer - gdt - 1
        dd gdt
