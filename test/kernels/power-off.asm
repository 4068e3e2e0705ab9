; Flat 32-bit code at 1 MiB: ACPI soft-off through PM1a control, where SeaBIOS puts it on a pc (604h) and on a q35 (604h too).
%include "common.inc"
bits 32
org 0x100000
    PRINT text
    mov dx, 0x604
    mov ax, 0x2000              ; SLP_EN, SLP_TYPa 0
    out dx, ax
stay:
    hlt
    jmp stay
text: db "Bye", 13, 10, 0
