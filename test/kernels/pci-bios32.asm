; Finds the BIOS32 directory, asks it for the PCI BIOS, and that for the vendor of the host bridge: exits with 0x10 if it
; is Intel.
%include "common.inc"

bits 32
org 0x100000
    mov esp, 0x90000
    mov esi, 0xe0000
.look:
    cmp dword [esi], '_32_'
    je .found
    add esi, 16
    cmp esi, 0x100000
    jb .look
    jmp fail
.found:
    mov eax, '$PCI'
    xor ebx, ebx
    push cs
    call [esi + 4]
    test al, al
    jnz fail
    add edx, ebx
    mov eax, 0xb109
    xor ebx, ebx
    xor edi, edi
    push cs
    call edx
    jc fail
    test ah, ah
    jnz fail
    cmp cx, 0x8086
    jne fail
    EXIT EXIT_PASS
fail:
    EXIT 0xff
