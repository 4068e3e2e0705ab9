; A setup program on a hard disk, in its boot sector alone: asks for the disc with the program, reads it by int 13h, shows what
; is written on it, and then each key that is typed, until ESC switches the machine off.

BUFFER  equ 0x8000
CD      equ 0xe0                        ; the first CD drive
ESC     equ 27

org 0x7c00
bits 16
        jmp 0:start
start:
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        sti
        cld
        mov ax, 0x0003                  ; 80 × 25 text, screen cleared
        int 0x10
ask:
        mov si, insert
        call show
        call key
        mov cx, 3                       ; a disc that has just come in is told as an error, once
.try:
        mov word [packet + 2], 1        ; after an error the BIOS leaves there how many it has read
        mov ah, 0x42                    ; extended read
        mov dl, CD
        mov si, packet
        int 0x13
        jnc found
        loop .try
        mov si, nothing
        call show
        jmp ask
found:
        mov si, BUFFER
        call show
type:
        call key
        cmp al, ESC
        je power_off
        mov ah, 0x0e                    ; teletype
        int 0x10
        jmp type

power_off:
        mov ax, 0x5301                  ; APM: connect, ask for 1.1, switch off
        xor bx, bx
        int 0x15
        mov ax, 0x530e
        mov cx, 0x0101
        int 0x15
        mov ax, 0x5307
        mov bx, 1
        mov cx, 3
        int 0x15
        cli
        hlt

; Answers a key in AL.
key:
        mov ah, 0
        int 0x16
        ret

; Shows the text at SI, up to its 0.
show:
        lodsb
        test al, al
        jz .end
        mov ah, 0x0e
        mov bx, 7
        int 0x10
        jmp show
.end:
        ret

insert  db "Insert the disc and press a key.", 13, 10, 0
nothing db "There is no disc.", 13, 10, 0

align 4
packet:
        db 16, 0
        dw 1, BUFFER, 0                 ; one sector of 2048 bytes; offset, segment
        dq 0

        times 510 - ($ - $$) db 0
        dw 0xaa55
