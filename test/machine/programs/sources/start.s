# Where a program begins and ends. The same file runs at level 0 of a machine without anything, where it prints to
# port E9h and ends by port F4h, and at level 3 as a process of Linux: whatever differs, the processor did.

#ifdef __x86_64__
#define ARGUMENT(register) %r##register
#else
#define ARGUMENT(register) %e##register
#endif

#ifndef __x86_64__
        .section .multiboot, "a"
        .long 0x1badb002, 0, -0x1badb002
#endif

        .text
        .globl _start
_start: mov     $stack_end, %esp
        mov     %cs, %eax
        test    $3, %al
        jnz     1f
        mov     %cr0, ARGUMENT(ax)
        and     $~4, ARGUMENT(ax)               # EM
        or      $0x22, ARGUMENT(ax)             # MP, NE
        mov     ARGUMENT(ax), %cr0
        mov     %cr4, ARGUMENT(ax)
        or      $0x600, ARGUMENT(ax)            # OSFXSR, OSXMMEXCPT
        mov     ARGUMENT(ax), %cr4
1:
#ifndef __x86_64__
        fninit
#endif
        call    program
        mov     %cs, %eax
        test    $3, %al
        jnz     process
        mov     $output, %esi
        mov     output_length, %ecx
        mov     $0xe9, %edx
        rep outsb
        mov     $0x10, %eax
        out     %eax, $0xf4
2:      cli
        hlt
        jmp     2b

#ifdef __x86_64__
process:
        mov     $1, %eax                        # write
        mov     $1, %edi
        mov     $output, %esi
        mov     output_length, %edx
        syscall
        mov     $60, %eax                       # exit
        xor     %edi, %edi
        syscall
#else
process:
        mov     $4, %eax                        # write
        mov     $1, %ebx
        mov     $output, %ecx
        mov     output_length, %edx
        int     $0x80
        mov     $1, %eax                        # exit
        xor     %ebx, %ebx
        int     $0x80
#endif

        .bss
        .balign 64
        .skip   0x10000
stack_end:
        .section .note.GNU-stack, "", @progbits
