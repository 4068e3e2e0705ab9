; Flat 32-bit code at 1 MiB: a floppy driver of its own, with interrupt 6, DMA channel 2 and a buffer at 20000h. It does what
; the script behind it says, and tells over COM1, in hexadecimal, what it reads. Steps are
;   1, port (word), value (byte)            OUT
;   2, port (word)                          IN, told
;   3, count (byte), bytes                  a command, byte by byte as the main status register asks for them
;   4                                       waits for interrupt 6
;   5                                       the result, told byte by byte
;   6, mode (byte), bytes (word)            the DMA channel, from the start of the buffer
;   7, value (byte)                         fills the buffer with value, value + 1, and so on, but 7 for each 256 bytes
;   8, bytes (word)                         a checksum of the buffer, told
;   9                                       moves data without DMA, as long as the main status register says so
;   10                                      ends a line
;   11, bytes (word), them                  puts them where the buffer begins
;   0                                       exits with 0x10
COM1    equ 0x3f8
BUFFER  equ 0x20000
BYTES   equ 36 * 512
MSR     equ 0x3f4
FIFO    equ 0x3f5

bits 32
org 0x100000
    cli
    cld
    mov esp, 0x80000
    lidt [idt_register]
    mov eax, on_floppy
    mov [gate], ax
    shr eax, 16
    mov [gate + 6], ax
    mov al, 0xbf                        ; nobody else interrupts
    out 0x21, al
    mov al, 0xff
    out 0xa1, al
    mov esi, script
next:
    movzx eax, byte [esi]
    inc esi
    call [steps + 4 * eax]
    jmp next

write_port:
    lodsw
    mov dx, ax
    lodsb
    out dx, al
    ret

tell_port:
    lodsw
    mov dx, ax
    in al, dx
    jmp tell

command:
    movzx ecx, byte [esi]
    inc esi
.byte:
    call ready
    test al, 0x40
    jnz .byte
    lodsb
    mov dx, FIFO
    out dx, al
    loop .byte
    ret

; AL: the main status register, once the controller takes or has a byte.
ready:
    mov dx, MSR
.wait:
    in al, dx
    test al, 0x80
    jz .wait
    ret

await_interrupt:
    sti
    hlt
    cli
    cmp byte [fired], 0
    je await_interrupt
    mov byte [fired], 0
    ret

on_floppy:
    push eax
    mov byte [fired], 1
    mov al, 0x20
    out 0x20, al
    pop eax
    iret

result:
    call ready
    test al, 0x40
    jz .done
    mov dx, FIFO
    in al, dx
    call tell
    jmp result
.done:
    ret

set_dma:
    mov al, 6                           ; masks channel 2
    out 0x0a, al
    out 0x0c, al
    lodsb
    out 0x0b, al
    mov eax, BUFFER
    out 0x04, al
    mov al, ah
    out 0x04, al
    shr eax, 16
    mov al, BUFFER >> 16
    out 0x81, al
    lodsw
    dec eax
    out 0x05, al
    mov al, ah
    out 0x05, al
    mov al, 2
    out 0x0a, al
    ret

fill:
    lodsb
    mov edi, BUFFER
    mov ecx, BYTES
.next:
    stosb
    inc al
    test edi, 0xff
    jnz .same
    add al, 6
.same:
    loop .next
    ret

checksum:
    lodsw
    movzx ecx, ax
    mov edi, BUFFER
    xor ebx, ebx
.next:
    imul ebx, ebx, 31
    movzx eax, byte [edi]
    add ebx, eax
    inc edi
    loop .next
    mov ecx, 4
.tell:
    rol ebx, 8
    mov al, bl
    call tell_half
    loop .tell
    mov al, ' '
    jmp send

move_data:
    mov edi, BUFFER
.next:
    mov dx, MSR
    in al, dx
    test al, 0x20                       ; no execution phase any more
    jz .done
    test al, 0x80
    jz .next
    mov dx, FIFO
    test al, 0x40
    jz .to_disk
    in al, dx
    mov [edi], al
    inc edi
    jmp .next
.to_disk:
    mov al, [edi]
    inc edi
    out dx, al
    jmp .next
.done:
    ret

put:
    lodsw
    movzx ecx, ax
    mov edi, BUFFER
    rep movsb
    ret

exit:
    mov al, 0x10
    out 0xf4, al
    hlt

line_end:
    mov al, 10
    jmp send

; AL and a blank; tell_half: no blank.
tell:
    call tell_half
    mov al, ' '
    jmp send
tell_half:
    push eax
    shr al, 4
    call digit
    pop eax
    and al, 15
digit:
    add al, '0'
    cmp al, '9'
    jbe send
    add al, 'a' - '9' - 1
send:
    push edx
    mov dx, COM1
    out dx, al
    pop edx
    ret

fired: db 0
align 8
steps: dd exit, write_port, tell_port, command, await_interrupt, result, set_dma, fill, checksum, move_data, line_end, put
idt_register:
    dw gate + 8 - idt - 1
    dd idt
align 8
idt:
    times 14 dq 0
gate:
    dw 0, 8, 0x8e00, 0
script:
