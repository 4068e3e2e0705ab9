; elf64
; Linked at 0xffffffff88000000 with odd addresses, a multiboot2 header and a PVH note: what an image reader must get
; exactly. Starts nothing: it is read, never run.
%include "common.inc"

section .multiboot
align 8
multiboot:
    dd 0xe85250d6, 0, multiboot_end - multiboot, -(0xe85250d6 + multiboot_end - multiboot)
    dw 3, 1                         ; entry address, optional
    dd 12, 0x200010
    align 8
    dw 0, 0
    dd 8
multiboot_end:

section .note.pvh note alloc
    dd 4, 8, 18                     ; XEN_ELFNOTE_PHYS32_ENTRY
    db "Xen", 0
    dq 0x200010

section .text
bits 64
    times 0x10 nop
global start:function (start.end - start)
start:
    hlt
.again:
    jmp .again
.end:
    times 0x103 nop
global _ZN10upper_half11kernel_main17h0123456789abcdefE:function (kernel_main_end - $)
_ZN10upper_half11kernel_main17h0123456789abcdefE:
    ret
    nop
kernel_main_end:

section .data
global counter:data 8
counter: dq 1

section .bss
global stack_bottom
stack_bottom: resb 0x4001
