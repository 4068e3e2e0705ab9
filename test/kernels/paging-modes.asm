; Turns on the paging mode that EBX names and ends with 0x10 in it: 0 none, 1 32-bit, 2 32-bit with large pages,
; 3 PAE, 4 four levels, 5 five levels. The first 4 MiB lead to themselves in every mode.
%include "common.inc"

TABLES      equ 0x200000            ; root, then what it leads to
ROOT        equ TABLES
PDPTES      equ TABLES + 0x9e0      ; of PAE: anywhere at a multiple of 32
PML4        equ TABLES + 0x1000
PDPT        equ TABLES + 0x2000
PD          equ TABLES + 0x3000
PT          equ TABLES + 0x4000     ; the first 2 or 4 MiB
OTHERS      equ TABLES + 0x5000     ; pages of every kind

RO          equ 1                   ; bits of an entry
RW          equ 3
USER        equ 4
LARGE       equ 0x80
EVERY      equ 0x100
NX          equ 0x80000000          ; in the upper half

org 0x100000
bits 32
    mov esp, 0x180000
    mov edi, TABLES
    mov ecx, 0x6000 / 4
    xor eax, eax
    rep stosd
    mov dword [0x300000], 'here'
    jmp [modes + ebx * 4]
modes: dd off, narrow, narrow, pae, wide, wide

narrow:
    xor ecx, ecx
.pages:
    mov eax, ecx
    shl eax, 12
    or eax, RW
    mov [PT + ecx * 4], eax
    inc ecx
    cmp ecx, 1024
    jb .pages
    mov dword [ROOT], PT | RW | USER
    mov dword [ROOT + 0x300 * 4], PT | RO | USER                ; 0xc0000000: the same, read-only
    mov dword [ROOT + 1 * 4], OTHERS | RW | USER
    mov dword [OTHERS], 0x300000 | RW | USER                    ; 0x400000
    mov dword [OTHERS + 4], 0x301000 | RO | USER | EVERY
    mov dword [OTHERS + 8], 0x302000 | RO
    mov dword [OTHERS + 16], 0xe0000000 | RW                    ; 0x404000: no memory is there
    mov dword [OTHERS + 20], 0x302000                           ; not present
    mov dword [ROOT + 2 * 4], OTHERS | RO | USER | LARGE        ; 0x800000: a table without CR4.PSE
    mov eax, ROOT
    mov cr3, eax
    cmp ebx, 2
    jne on
    mov dword [ROOT + 2 * 4], RO | USER | LARGE                 ; 0x800000: leads to 0
    mov dword [ROOT + 3 * 4], 0x2000 | RW | LARGE | EVERY      ; 0xc00000: leads to 4 GiB
    mov dword [ROOT + 4 * 4], 0x200000 | RW | LARGE             ; 0x1000000: bit 21 is reserved
    mov eax, 1 << 4                                             ; PSE
    mov cr4, eax
    jmp on

pae:
    call lower_tables
    mov dword [PDPTES], PD | 1
    mov dword [PDPTES + 3 * 8], PD | 1                          ; 0xc0000000: the same
    mov eax, PDPTES
    mov cr3, eax
    mov eax, 1 << 5
    mov cr4, eax
    call no_execute
    jmp on

wide:
    call lower_tables
    mov dword [PDPT], PD | RW | USER
    mov dword [PDPT + 510 * 8], PD | RW | USER                  ; 0xffffffff80000000: the same
    mov dword [PDPT + 2 * 8], RO | LARGE                        ; 0x80000000: 1 GiB
    mov dword [PDPT + 2 * 8 + 4], NX
    mov dword [PML4], PDPT | RW | USER
    mov dword [PML4 + 511 * 8], PDPT | RW
    mov dword [PML4 + 255 * 8], PDPT | RW                       ; up to where addresses jump with four levels
    mov eax, PML4
    cmp ebx, 5
    jne .root
    mov dword [ROOT], PML4 | RW | USER
    mov dword [ROOT + 1 * 8], PML4 | RO | USER                  ; 0x1000000000000: only five levels reach it
    mov dword [ROOT + 511 * 8], PML4 | RW | USER
    mov eax, ROOT
.root:
    mov cr3, eax
    mov eax, 1 << 5
    cmp ebx, 5
    jne .controls
    or eax, 1 << 12                                             ; LA57
.controls:
    mov cr4, eax
    call no_execute
    mov ecx, 0xc0000080
    rdmsr
    or eax, 1 << 8                                              ; LME
    wrmsr

on:
    mov eax, cr0
    or eax, 1 << 31 | 1 << 16                                   ; PG, WP
    mov cr0, eax
    mov eax, cr4
    or eax, 1 << 7                                              ; PGE
    mov cr4, eax
off:
    mov dx, EXIT_PORT
    mov eax, 0x10
    out dx, eax
    hlt

no_execute:
    mov ecx, 0xc0000080
    rdmsr
    or eax, 1 << 11
    wrmsr
    ret

; One directory of 8-byte entries.
lower_tables:
    xor ecx, ecx
.pages:
    mov eax, ecx
    shl eax, 12
    or eax, RW
    mov [PT + ecx * 8], eax
    inc ecx
    cmp ecx, 512
    jb .pages
    mov dword [PD], PT | RW | USER
    mov dword [PD + 8], 0x200000 | RW | LARGE
    mov dword [PD + 2 * 8], OTHERS | RW | USER
    mov dword [OTHERS], 0x300000 | RW | USER                    ; 0x400000
    mov dword [OTHERS + 8], 0x301000 | RO | USER | EVERY
    mov dword [OTHERS + 8 + 4], NX
    mov dword [OTHERS + 16], 0x302000 | RO
    mov dword [OTHERS + 32], 0xe0000000 | RW                    ; 0x404000: no memory is there
    mov dword [OTHERS + 40], 0x302000                           ; not present
    mov dword [PD + 4 * 8], RO | USER | LARGE                   ; 0x800000
    mov dword [PD + 4 * 8 + 4], NX
    mov dword [PD + 5 * 8], 0x1000 | RW | LARGE                 ; 0xa00000: PAT
    mov dword [PD + 6 * 8], RW | LARGE | EVERY                 ; 0xc00000: leads to 4 GiB
    mov dword [PD + 6 * 8 + 4], 1
    mov dword [PD + 7 * 8], 0x100000 | RW | LARGE               ; 0xe00000: bit 20 is reserved
    mov dword [PD + 8 * 8], 0xe0000000 | RW                     ; 0x1000000: no table is there
    ret
