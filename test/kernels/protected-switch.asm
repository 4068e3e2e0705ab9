; Goes to protected mode by INT 15h function 89h, which leaves all interrupts masked and the first at 20h, and waits for the timer.
; Exits with 0x10, or with the number of what is wrong.
%include "boot-sector.inc"
BOOT_SECTOR ds, es, ss
    mov eax, 0xabcd8900
    mov bx, 0x2820                      ; IRQ 8 at 28h, IRQ 0 at 20h
    mov si, gdt
    int 0x15
    mov cl, 1
    jc end
    mov cl, 2
    or ah, ah
    jnz end
    shr eax, 16
    cmp ax, 0xabcd
    jne end
    inc cx
    smsw ax
    test al, 1
    jz end
    inc cx
    mov ax, cs
    cmp ax, 0x30
    jne end
    mov ax, ds
    cmp ax, 0x18
    jne end
    mov ax, es
    cmp ax, 0x20
    jne end
    mov ax, ss
    cmp ax, 0x28
    jne end
    cmp sp, 0x7c00
    jne end
    inc cx
    in al, 0x21
    mov ah, al
    in al, 0xa1
    cmp ax, 0xffff
    jne end
    inc cx
    pushf
    pop ax
    test ah, 2                          ; IF
    jnz end
    ; Memory above 1 MiB is its own.
    inc cx
    mov ax, [es:0x7c10]
    cmp ax, [0x7c00]
    je end
    mov al, 0xfe
    out 0x21, al
    sti
.wait:
    hlt
    jmp .wait

tick:
    mov al, 0x20
    out 0x20, al
    mov cl, 0x10
end:
    mov al, cl
    out 0xf4, al
    hlt

align 8
gdt:
    dq 0
    dw gdt_end - gdt - 1, gdt, 0x9300, 0
    dw idt_end - idt - 1, idt, 0x9300, 0
    dw 0xffff, 0, 0x9300, 0             ; DS
    dw 0xffff, 0xfff0, 0x930f, 0        ; ES: from FFFF0h on
    dw 0xffff, 0, 0x9300, 0             ; SS
    dw 0xffff, 0, 0x9b00, 0             ; CS
    dq 0
gdt_end:
idt:
    times 32 dq 0
    dw tick, 0x30, 0x8600, 0
idt_end:
    BOOT_SIGNATURE
