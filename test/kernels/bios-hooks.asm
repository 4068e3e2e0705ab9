; A boot sector that treats the BIOS as programs do: it hooks, chains, calls by far pointers, patches the number
; of an INT instruction and keeps unreal limits. A letter on COM1 for each that works, then it exits with 0x10.
%include "boot-sector.inc"

bits 16
org 0x7c00
    jmp 0:start
start:
    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    mov [drive], dl

    ; A: the interrupt flag is the caller's, on the way out too.
    call reset_disk
    pushf
    pop ax
    test ah, 2
    jnz failed
    sti
    call reset_disk
    pushf
    pop ax
    test ah, 2
    jz failed
    mov al, 'A'
    call send

    ; B: a hook that chains.
    mov eax, [0x13 * 4]
    mov [old13], eax
    mov dword [0x13 * 4], hook13
    call reset_disk
    jc failed
    cmp byte [hooked], 1
    jne failed
    mov al, 'B'
    call send

    ; C: a far call with the flags pushed, as INT does.
    xor ah, ah
    mov dl, [drive]
    pushf
    call far [old13]
    jc failed
    mov al, 'C'
    call send

    ; D: an INT whose number is written at run time.
    mov byte [number + 1], 0x12
number:
    int 0
    cmp ax, 639
    jne failed
    mov al, 'D'
    call send

    ; E: unreal limits and upper halves of registers outlive a read into memory above the code.
    cli
    lgdt [gdt_pointer]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    mov bx, 8
    mov fs, bx
    and al, 0xfe
    mov cr0, eax
    xor bx, bx
    mov fs, bx
    sti
    mov edi, 0x110000
    mov ecx, 0x12345678
    mov [fs:edi], ecx
    mov ax, 0x0201
    mov bx, 0x9000
    mov cx, 1
    mov dh, 0
    mov dl, [drive]
    int 0x13
    jc failed
    cmp word [0x9000 + 510], 0xaa55
    jne failed
    cmp ecx, 0x12340001
    jne failed
    cmp dword [fs:edi], 0x12345678
    jne failed
    mov al, 'E'
    call send

    ; F: INT 1Ch is called at each tick, with interrupts that a HLT waits for.
    mov dword [0x1c * 4], hook1c
    mov ebx, [0x46c]
.tick:
    hlt
    cmp byte [ticks], 3
    jb .tick
    mov eax, [0x46c]
    sub eax, ebx
    cmp eax, 3
    jb failed
    mov al, 'F'
    call send
    mov al, 0x10
    mov dx, 0xf4
    out dx, al
failed:
    cli
    hlt

reset_disk:
    xor ah, ah
    mov dl, [drive]
    int 0x13
    ret

hook13:
    inc byte [cs:hooked]
    jmp far [cs:old13]
hook1c:
    inc byte [cs:ticks]
    iret

send:
    mov dx, COM1
    out dx, al
    ret

align 4
old13: dd 0
gdt:
    dq 0
    dq 0x00cf92000000ffff
gdt_pointer:
    dw gdt_pointer - gdt - 1
    dd gdt
drive: db 0
hooked: db 0
ticks: db 0
    BOOT_SIGNATURE
