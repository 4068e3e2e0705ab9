; The smallest kernel that says something: a multiboot1 header, two lines on the serial port, an exit with success.

COM1       equ 0x3f8
EXIT_PORT  equ 0xf4                     ; QEMU's isa-debug-exit device
EXIT_OK    equ 0x10

section .multiboot
align 4
        dd 0x1badb002, 0, -0x1badb002   ; magic, flags, checksum

section .text
bits 32
global start
start:
        mov esp, stack_top
        call serial_init
        mov esi, greeting
        call serial_print
        mov eax, EXIT_OK
        mov dx, EXIT_PORT
        out dx, eax
.halt:                                  ; on a machine without the device, and until it has taken effect
        cli
        hlt
        jmp .halt

; 115200 baud, 8 data bits, no parity, 1 stop bit, no interrupts.
serial_init:
        mov esi, .settings
.next:
        movzx edx, byte [esi]
        add edx, COM1
        mov al, [esi + 1]
        out dx, al
        add esi, 2
        cmp esi, .settings_end
        jb .next
        ret
.settings:
        db 1, 0x00, 3, 0x80, 0, 0x01, 1, 0x00, 3, 0x03, 2, 0xc7
.settings_end:

; Prints the text at ESI up to its NUL.
serial_print:
        lodsb
        test al, al
        jz .done
        mov ah, al
        mov dx, COM1 + 5
.busy:
        in al, dx
        test al, 0x20                   ; transmitter empty?
        jz .busy
        mov al, ah
        mov dx, COM1
        out dx, al
        jmp serial_print
.done:
        ret

section .rodata
greeting:
        db "Hello from a kernel!", 13, 10
        db "2 + 2 = ", '0' + 2 + 2, 13, 10, 0

section .bss
align 16
        resb 4096
stack_top:
