; Flat 32-bit code at 1 MiB, which does what the script behind it says, then halts for ever. Steps are
;   1, port (word), value (byte)        OUT
;   2, port (word)                      IN, for its effect
;   3, address, count (dwords)          fills memory, byte by byte, with a pattern
;   4, address, count (dwords), bytes   copies them there
;   5, port, value (words)              OUT of a word
;   6, port (word), value (dword)       OUT of a double word
;   0                                   the end
%macro TAKE_PLACE 0
    lodsd
    mov edi, eax
    lodsd
    mov ecx, eax
%endmacro

bits 32
org 0x100000
    cli
    cld
    mov esi, script
step:
    xor eax, eax
    lodsb
    cmp al, 1
    je write_port
    cmp al, 2
    je read_port
    cmp al, 3
    je fill
    cmp al, 4
    je copy
    cmp al, 5
    je write_word
    cmp al, 6
    je write_double_word
    hlt
write_double_word:
    lodsw
    mov dx, ax
    lodsd
    out dx, eax
    jmp step
write_word:
    lodsw
    mov dx, ax
    lodsw
    out dx, ax
    jmp step
write_port:
    lodsw
    mov dx, ax
    lodsb
    out dx, al
    jmp step
read_port:
    lodsw
    mov dx, ax
    in al, dx
    jmp step
fill:
    TAKE_PLACE
    mov ebx, 1
.next:
    imul ebx, ebx, 1103515245
    add ebx, 12345
    mov eax, ebx
    shr eax, 16
    stosb
    loop .next
    jmp step
copy:
    TAKE_PLACE
    rep movsb
    jmp step
script:
