; A disk image written by hand: a boot sector that loads a second stage with int 13h, goes to long mode, shows `HR`
; in red on black and loops for ever.

STAGE2      equ 0x7e00                  ; right behind the boot sector
PAGE_TABLES equ 0x1000                  ; PML4, PDPT, PD: 0x1000 to 0x3fff
RED_ON_BLACK equ 0x04

org 0x7c00
bits 16
        jmp 0:start                     ; some BIOSes start at 0x7c0:0
start:
        cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        sti
        cld
        mov [drive], dl

        mov ah, 0x42                    ; extended read
        mov si, packet
        int 0x13
        jnc STAGE2

        mov ax, 0x0e00 | 'E'            ; teletype: the disk could not be read
        int 0x10
.dead:
        hlt
        jmp .dead

align 4
packet:
        db 16, 0
        dw (stage2_end - stage2 + 511) / 512
        dw STAGE2, 0                    ; offset, segment
        dq 1                            ; second sector of the disk
drive:
        db 0

        times 510 - ($ - $$) db 0
        dw 0xaa55

stage2:
        mov ax, 0x0003                  ; 80 × 25 text, screen cleared
        int 0x10
        cli
        in al, 0x92                     ; open the A20 gate
        or al, 2
        and al, ~1
        out 0x92, al

        ; Identity map of the first 2 MiB, with one large page.
        mov edi, PAGE_TABLES
        xor eax, eax
        mov ecx, 3 * 4096 / 4
        rep stosd
        mov dword [PAGE_TABLES], PAGE_TABLES + 0x1000 + 3
        mov dword [PAGE_TABLES + 0x1000], PAGE_TABLES + 0x2000 + 3
        mov dword [PAGE_TABLES + 0x2000], 0x83

        mov eax, 1 << 5                 ; PAE
        mov cr4, eax
        mov eax, PAGE_TABLES
        mov cr3, eax
        mov ecx, 0xc0000080             ; EFER.LME
        rdmsr
        or eax, 1 << 8
        wrmsr
        lgdt [gdt_pointer]
        mov eax, cr0
        or eax, 1 << 31 | 1 << 0        ; paging and protection at once
        mov cr0, eax
        jmp 8:long_mode

bits 64
long_mode:
        mov eax, 16
        mov ds, eax
        mov ss, eax
        mov word [0xb8000], RED_ON_BLACK << 8 | 'H'
        mov word [0xb8002], RED_ON_BLACK << 8 | 'R'
.forever:
        jmp .forever

align 8
gdt:
        dq 0
        dq 0x00209a0000000000           ; 64-bit code
        dq 0x0000920000000000           ; data
gdt_pointer:
        dw gdt_pointer - gdt - 1
        dd gdt
stage2_end:
        times 1024 - ($ - $$) db 0
