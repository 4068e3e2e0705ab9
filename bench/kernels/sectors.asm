; Boot sectors that ask something of the firmware, or of the screen, many times. They end by the exit port.
bits 16
org 0x7c00

screen  equ 0xb800
columns equ 80
rows    equ 25

start:  xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        cld
        mov [drive], dl
        mov ecx, ROUNDS
        jmp KERNEL

done:   mov dx, 0xf4
        mov eax, 0x10
        out dx, eax
        jmp $

; Reads 127 sectors from the beginning of the disk.
int13:  mov word [packet + 2], 127
        mov si, packet
        mov dl, [drive]
        mov ah, 0x42
        int 0x13
        jc $
        dec ecx
        jnz int13
        jmp done

; The same, and each time where the one before has ended: the disk is large enough.
int13_onward:
        mov si, packet
        mov dl, [drive]
        mov ah, 0x42
        int 0x13
        jc $
        add dword [packet + 8], 127
        dec ecx
        jnz int13_onward
        jmp done

; Writes a character, which scrolls the screen when it is full.
teletype:
        mov al, cl
        and al, 31
        add al, 'A'
        mov ah, 0x0e
        xor bx, bx
        int 0x10
        dec ecx
        jnz teletype
        jmp done

; The same by writes to the screen: a line, then everything moves up.
direct: mov ax, screen
        mov ds, ax
        mov es, ax
.line:  mov di, (rows - 1) * columns * 2
        mov bx, columns
.cell:  mov al, cl
        and al, 31
        add al, 'A'
        mov ah, 7
        stosw
        dec ecx
        jz done
        dec bx
        jnz .cell
        push cx
        xor di, di
        mov si, columns * 2
        mov cx, (rows - 1) * columns
        rep movsw
        pop cx
        jmp .line

idle:   sti
        hlt
        jmp idle

key_wait:
        xor ah, ah
        int 0x16
        jmp key_wait

drive:  db 0
align 4
packet: db 16, 0
        dw 127, 0, 0x1000
        dq 0

        times 510 - ($ - $$) db 0
        dw 0xaa55
        times 128 * 512 - ($ - $$) db 0
