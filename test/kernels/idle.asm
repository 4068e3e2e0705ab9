; Flat 32-bit code at 1 MiB: halts with interrupts on, and wakes up for each tick of the timer.
%include "common.inc"
bits 32
org 0x100000
    mov al, 0x11                ; ICW1: cascade, ICW4 follows
    out 0x20, al
    out 0xa0, al
    mov al, 0x20                ; ICW2: vectors from 20h and 28h
    out 0x21, al
    mov al, 0x28
    out 0xa1, al
    mov al, 0x04                ; ICW3
    out 0x21, al
    mov al, 0x02
    out 0xa1, al
    mov al, 0x01                ; ICW4: 8086 mode
    out 0x21, al
    out 0xa1, al
    mov al, 0xfe                ; only IRQ 0
    out 0x21, al
    mov al, 0xff
    out 0xa1, al
    mov eax, tick
    mov word [timer_gate], ax
    shr eax, 16
    mov word [timer_gate + 6], ax
    mov word [timer_gate + 2], cs
    lidt [table]
    mov esp, stack_end
    PRINT text
    sti
rest:
    hlt
    jmp rest

tick:
    push eax
    mov al, 0x20                ; end of interrupt
    out 0x20, al
    pop eax
    iret

text: db "Idle", 13, 10, 0
table: dw 0x21 * 8 - 1
    dd gates
    align 8
gates: times 0x20 dq 0
timer_gate: dw 0, 0, 0x8e00, 0
    times 256 db 0
stack_end:
