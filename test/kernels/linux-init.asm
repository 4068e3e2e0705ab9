; elf64
; Not a kernel but what Linux runs first: prints a line on the console and switches the machine off.
section .text
bits 64
default rel
global start
start:
    mov eax, 1                          ; write(1, …)
    mov edi, 1
    lea rsi, [greeting]
    mov edx, greeting_end - greeting
    syscall
    mov eax, 169                        ; reboot(…, LINUX_REBOOT_CMD_POWER_OFF)
    mov edi, 0xfee1dead
    mov esi, 672274793
    mov edx, 0x4321fedc
    syscall
    ud2

greeting: db "init runs from the initrd", 10
greeting_end:
