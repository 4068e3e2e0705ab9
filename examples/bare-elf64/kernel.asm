; An ELF64 without any boot header: no multiboot, no PVH note. kerneltest enters it at _start in 64-bit mode, with
; the first 4 GiB mapped to themselves, a stack, and interrupts off.

COM1       equ 0x3f8
SCREEN     equ 0xb8000
EXIT_PORT  equ 0xf4                     ; QEMU's isa-debug-exit device
EXIT_OK    equ 0x10
CYAN_ON_BLUE equ 0x1b

default rel
section .text
bits 64
global _start
_start:
        cld
        lea rsi, [serial_text]
        mov edx, COM1
        mov ecx, serial_text_end - serial_text
        rep outsb

        mov edi, SCREEN
        mov ecx, 80 * 25
        mov ax, CYAN_ON_BLUE << 8 | ' '
        rep stosw
        mov edi, SCREEN + (12 * 80 + 32) * 2
        lea rsi, [screen_text]
        mov ecx, screen_text_end - screen_text
.next:
        lodsb
        stosw
        loop .next

        inc qword [boots]
        mov eax, EXIT_OK
        mov edx, EXIT_PORT
        out dx, eax
.halt:
        cli
        hlt
        jmp .halt

section .rodata
serial_text:
        db "bare ELF64: entered in 64-bit mode", 13, 10
serial_text_end:
screen_text:
        db "No boot header"
screen_text_end:

section .data
global boots
boots:  dq 0
