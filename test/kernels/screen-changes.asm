; Flat 32-bit code at 1 MiB: shows ALPHA for 0.5 s, then BETA while it counts on the screen for 1 s, then GAMMA, and stands
; still. `done` is 00100010h.
%include "common.inc"
TICKS_PER_MS equ 1000000            ; QEMU's time stamp counter
ROW0 equ 0xb8000
ROW2 equ 0xb8000 + 2 * 160

; Runs %2… again and again for %1 ms.
%macro FOR_MS 2+
    rdtsc
    mov ebx, eax
%%again:
    %2
    rdtsc
    sub eax, ebx
    cmp eax, %1 * TICKS_PER_MS
    jb %%again
%endmacro

; Shows a text of %2 characters in light green.
%macro SHOW 2
    mov esi, %1
    mov edi, ROW0
    mov ecx, %2
%%next:
    lodsb
    mov ah, 0x0a
    stosw
    loop %%next
%endmacro

bits 32
org 0x100000
    cli
    jmp begin
    align 16
done:
    jmp rest
begin:
    SHOW alpha, 5
    FOR_MS 500, nop
    SHOW beta, 5
    FOR_MS 1000, inc dword [ROW2]
    SHOW gamma, 5
    jmp done
rest:
    inc dword [counter]
    jmp rest
counter: dd 0
alpha: db "ALPHA"
beta: db "BETA "
gamma: db "GAMMA"
