; A boot sector: waits for the power button by ACPI's fixed event and its interrupt (IRQ 9), says so on COM1 and switches the
; power off. PM1 status, enable and control are at 600h, as the FADT says.
%include "boot-sector.inc"
PM1 equ 0x600
POWER_BUTTON equ 0x100
bits 16
org 0x7c00
    jmp 0:start
start:
    cli
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
    mov word [0x71 * 4], pressed
    mov word [0x71 * 4 + 2], 0
    in al, 0xa1
    and al, ~2
    out 0xa1, al
    in al, 0x21
    and al, ~4
    out 0x21, al
    mov dx, 0xb2                ; ACPI mode, where that has to be asked for
    mov al, 0xf1
    out dx, al
    mov dx, PM1
    mov ax, POWER_BUTTON
    out dx, ax
    mov dx, PM1 + 2
    out dx, ax
    mov si, ready
    call print
    sti
wait_for_it:
    hlt
    jmp wait_for_it

pressed:
    mov dx, PM1
    in ax, dx
    test ax, POWER_BUTTON
    jz .other
    mov ax, POWER_BUTTON
    out dx, ax
    mov si, button
    call print
    mov dx, PM1 + 4
    mov ax, 0x2001              ; SLP_EN, soft off
    out dx, ax
.other:
    mov al, 0x20
    out 0xa0, al
    out 0x20, al
    iret

print:
    mov dx, COM1
.next:
    lodsb
    test al, al
    jz .end
    out dx, al
    jmp .next
.end:
    ret

ready: db "ready", 10, 0
button: db "power button", 10, 0
    BOOT_SIGNATURE
