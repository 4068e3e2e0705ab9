; elf32
; Does what its multiboot command line says, a letter an action, then what it is sent on COM1:
; capital letters print "line X"; p panics in words, d prints on the debug console, s shows a text on the screen, c clears it,
; l prints 1000 numbered lines, m moves the screen for ever, w waits a while, x exits with 0x10, f with 0x11, t triple-faults, h halts for good.
%include "common.inc"

DEBUG_CONSOLE equ 0xe9
TEXT_ROW_2    equ 0xb8000 + 2 * 160

section .multiboot
    MULTIBOOT1 0

section .text
bits 32
global start
start:
    mov esp, stack_top
    mov edi, [ebx + 16]             ; multiboot information: the command line
    test dword [ebx], 4             ; is there
    jz commands
.next:
    mov al, [edi]
    inc edi
    test al, al
    jz commands
    call act
    jmp .next

commands:
    mov dx, COM1 + 5
    in al, dx
    test al, 1
    jz commands
    mov dx, COM1
    in al, dx
    call act
    jmp commands

act:
    cmp al, 'Z'
    jbe line
    cmp al, 'p'
    je panic
    cmp al, 'd'
    je debug
    cmp al, 's'
    je show
    cmp al, 'c'
    je clear
    cmp al, 'l'
    je many_lines
    cmp al, 'm'
    je move_for_ever
    cmp al, 'w'
    je wait_a_while
    cmp al, 'x'
    je exit_pass
    cmp al, 'f'
    je exit_fail
    cmp al, 't'
    je triple_fault
    cmp al, 'h'
    je dead_halt
    ret

line:
    mov [line_letter], al
    PRINT line_text
    ret

panic:
    PRINT panic_text
    ret

; "000" to "999", each on a line of 64 characters.
many_lines:
    mov dword [number], '000 '
.next:
    PRINT number
    mov ebx, number + 2
.carry:
    inc byte [ebx]
    cmp byte [ebx], '9'
    jbe .next
    mov byte [ebx], '0'
    dec ebx
    cmp ebx, number
    jae .carry
    ret

debug:
    mov esi, debug_text
    mov dx, DEBUG_CONSOLE
.next:
    lodsb
    test al, al
    jz .done
    out dx, al
    jmp .next
.done:
    ret

global show
show:
    mov dword [TEXT_ROW_2], 0x4f684f73      ; "sh", white on red
    mov dword [TEXT_ROW_2 + 4], 0x4f774f6f  ; "ow"
    ret

clear:
    mov dword [TEXT_ROW_2], 0x07200720
    mov dword [TEXT_ROW_2 + 4], 0x07200720
    ret

move_for_ever:
    inc byte [TEXT_ROW_2]
    call wait_a_while
    jmp move_for_ever

wait_a_while:
    mov ecx, 5000000
.again:
    dec ecx
    jnz .again
    ret

exit_pass:
    EXIT EXIT_PASS

exit_fail:
    EXIT 0x11

triple_fault:
    lidt [no_table]
    int3

global dead_halt
dead_halt:
    cli
    hlt
    jmp dead_halt

section .rodata
panic_text: db "panicked at 'no heap', src/main.rs:7:5", 10, "second line", 10, 0
debug_text: db "debug", 10, 0
no_table:   dw 0
            dd 0

section .data
line_text:   db "line "
line_letter: db "X", 10, 0
number:      db "000 ", "..............................", ".............................", 10, 0

section .bss
    resb 4096
stack_top:
