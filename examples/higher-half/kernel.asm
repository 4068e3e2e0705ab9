; A kernel in the higher half: linked at 0xffffffff88000000, loaded at 2 MiB.

SCREEN  equ 0xffffffff881ff000          ; where boot.asm maps the text screen
WHITE_ON_GREEN equ 0x2f

section .text
bits 64
global enter_kernel, kernel_main
enter_kernel:
        mov rsp, stack_top
        xor eax, eax
        mov ss, eax
        mov ds, eax
        mov es, eax
        mov [pml4], rax                 ; the identity map has served
        mov rax, cr3
        mov cr3, rax
        lgdt [gdt_pointer]              ; it lay in the identity map
        call kernel_main
.halt:
        cli
        hlt
        jmp .halt

kernel_main:
        cld
        mov rdi, SCREEN
        mov ecx, 80 * 25
        mov ax, 0x0720                  ; a blank, light grey on black
        rep stosw
        mov rdi, SCREEN
        mov rsi, message
.next:
        lodsb
        test al, al
        jz .done
        mov ah, WHITE_ON_GREEN
        stosw
        jmp .next
.done:
        inc qword [times_run]
        ret

section .rodata
global message
message:
        db "OK", 0
align 8
gdt:
        dq 0
        dq 0x00209b0000000000
gdt_pointer:
        dw gdt_pointer - gdt - 1
        dq gdt

section .data
global times_run
times_run:
        dq 0

section .bss
global pml4, pdpt_low, pd_low, pt_low, pdpt_high, pd_high, pt_kernel
alignb 4096
pml4:      resb 4096
pdpt_low:  resb 4096
pd_low:    resb 4096
pt_low:    resb 4096
pdpt_high: resb 4096
pd_high:   resb 4096
pt_kernel: resb 4096
           resb 16384
global stack_top
stack_top:
