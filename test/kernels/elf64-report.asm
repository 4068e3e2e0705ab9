; elf64
; Linked at 0xffffffff80000000 with no boot header and no physical addresses. Prints its entry state on COM1, uses
; its stack, data and SSE, then writes to its own code and prints the page fault.
%include "common.inc"

section .text
bits 64
default rel
global start
start:
    pushfq
    or rax, rbx
    or rax, rcx
    or rax, rdx
    or rax, rsi
    or rax, rdi
    or rax, rbp
    or rax, r8
    or rax, r15
    mov rcx, "general "
    call print_named
    pop rax
    mov rcx, "rflags  "
    call print_named
    mov rax, rsp
    and rax, 15
    mov rcx, "rsp%16  "
    call print_named
    mov rax, [rsp]
    mov rcx, "return  "
    call print_named
    mov rax, cr0
    mov rcx, "cr0     "
    call print_named
    mov rax, cr4
    mov rcx, "cr4     "
    call print_named
    mov ecx, 0xc0000080
    rdmsr
    mov rcx, "efer    "
    call print_named
    mov eax, cs
    mov rcx, "cs      "
    call print_named
    mov eax, ss
    mov rcx, "ss      "
    call print_named
    sub rsp, 16
    sidt [rsp]
    movzx eax, word [rsp]
    mov rcx, "idt     "
    call print_named
    add rsp, 16
    mov rax, [counter]
    mov rcx, "data    "
    call print_named
    inc qword [counter]
    mov rax, [zeros]
    mov rcx, "bss     "
    call print_named
    movdqu xmm0, [counter]
    movq rax, xmm0
    mov rcx, "sse     "
    call print_named
    mov rax, [abs 0xb8000]              ; the identity map, and the cleared screen
    mov rcx, "screen  "
    call print_named
    mov rax, start
    mov rcx, "start   "
    call print_named
    call catch_page_fault
    mov byte [start], 0x90
    EXIT 1

; RCX: eight characters. RAX: a number.
print_named:
    push rax
    push rdx
    push rbx
    mov rbx, rax
    mov dx, COM1
    mov rax, rcx
    mov ecx, 8
.name:
    out dx, al
    shr rax, 8
    loop .name
    mov ecx, 16
.digit:
    rol rbx, 4
    mov al, bl
    and al, 15
    add al, '0'
    cmp al, '9'
    jbe .print
    add al, 'a' - '9' - 1
.print:
    out dx, al
    loop .digit
    mov al, 13
    out dx, al
    mov al, 10
    out dx, al
    pop rbx
    pop rdx
    pop rax
    ret

catch_page_fault:
    lea rdi, [idt + 14 * 16]
    mov rax, page_fault
    mov [rdi], ax
    mov [rdi + 2], cs                   ; the descriptor table that we were given is still ours
    mov word [rdi + 4], 0x8e00
    shr rax, 16
    mov [rdi + 6], ax
    shr rax, 16
    mov [rdi + 8], eax
    lidt [idt_pointer]
    ret

page_fault:
    pop rax
    mov rcx, "fault   "
    call print_named
    mov rax, cr2
    mov rcx, "cr2     "
    call print_named
    EXIT EXIT_PASS

section .data
counter: dq 41
idt_pointer:
    dw 15 * 16 - 1
    dq idt

section .bss nobits
alignb 16
idt: resb 15 * 16
zeros: resb 0x400000
