; elf64
; Loads x87, MXCSR and XMM registers with FXRSTOR, and ends with success.
%include "common.inc"

section .text
bits 64
default rel
global start
start:
    fxrstor64 [area]
    EXIT EXIT_PASS

section .data
align 16
area:
    dw 0x27f, 0x3123            ; TOP is 6
    db 0xdf, 0                  ; R5 is empty: ST7
    dw 0
    dq 0, 0
    dd 0x1fa1, 0xffff
    dq 0x8000000000000000, 0x3fff   ; ST0: 1
    dq 0xc90fdaa22168c235, 0xc000   ; -pi
    dq 0, 0x8000                    ; -0
    dq 0x8000000000000000, 0xffff   ; -infinity
    dq 0xc000000000000000, 0x7fff   ; NaN
    dq 1, 0                         ; the least denormal
    dq 0x4000000000000000, 0x3fff   ; an unnormal
    dq 0xa000000000000000, 0x4002   ; 10, in the empty register
%assign number 0
%rep 16
    dq 0x1111111111111111 * number, 0x0123456789abcdef + number
  %assign number number + 1
%endrep
    times 96 db 0
