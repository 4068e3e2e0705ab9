; Flat 32-bit code at 1 MiB: sends each scan code to COM1 from the keyboard's interrupt, and sleeps in between.
%include "common.inc"
bits 32
org 0x100000
    mov al, 0x11                ; ICW1: cascade, ICW4 follows
    out 0x20, al
    mov al, 0x20                ; ICW2: vectors from 20h
    out 0x21, al
    mov al, 0x04                ; ICW3
    out 0x21, al
    mov al, 0x01                ; ICW4: 8086 mode
    out 0x21, al
    mov al, 0xfd                ; only IRQ 1
    out 0x21, al
    mov eax, pressed
    mov word [gate], ax
    shr eax, 16
    mov word [gate + 6], ax
    mov word [gate + 2], cs
    lidt [table]
    mov esp, stack_end
    PRINT text
    sti
rest:
    hlt
    jmp rest

pressed:
    pusha
    in al, 0x60
    mov dx, 0x3f8
    out dx, al
    mov al, 0x20                ; end of interrupt
    out 0x20, al
    popa
    iret

text: db ">", 0
table: dw 0x22 * 8 - 1
    dd gates
    align 8
gates: times 0x21 dq 0
gate: dw 0, 0, 0x8e00, 0
    times 256 db 0
stack_end:
