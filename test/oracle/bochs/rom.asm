; The ROM that every probe runs from: reset vector, the way to a mode, and handlers that record. What differs from
; probe to probe stands in the header and in the pieces behind it, which `rom.ts` writes.

%include "layout.inc"
%use altreg

%define HEADER(name) (rom + header_at + header_ %+ name)
%define FIELD(name) (record + 8 * field_ %+ name)
%define EVENTS (record + 0x400)         ; how many records have been sent
%define DEBUG_PORT 0xe9
%define EXIT_PORT 0xf4
%define SHUTDOWN_PORT 0x8900
%define EFER_MSR 0xc0000080
%define VECTORS stub_count
; A bit for each vector that comes with an error code.
%define WITH_CODE (1 << 8) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 13) | (1 << 14) | (1 << 17) | (1 << 21)

    org 0
    bits 16

; Stubs, 16 bytes each: gates lead here.
%macro STUBS 2                          ; bits, common handler
  %assign stub 0
  %rep VECTORS
    align 16, db 0x90
    push %1 stub
    jmp %2
    %assign stub stub + 1
  %endrep
%endmacro

stubs16:
    STUBS word, common16
    bits 32
    align 0x400, db 0x90
stubs32:
    STUBS dword, common32
    bits 64
    align 0x400, db 0x90
stubs64:
    STUBS qword, common64

    align 0x400, db 0x90
    bits 32
    jmp end32
    align 16, db 0x90
    bits 64
    jmp end64
%if stubs32 - stubs16 != 0x400 || stubs64 - stubs16 != 0x800
  %error layout.ts expects the stubs elsewhere
%endif

; From the reset vector: copy the pieces, then on to the mode.
    bits 16
    align 0x400, db 0x90
start:
    cli
    cld
    mov ax, cs
    mov ds, ax
    mov si, pieces
.piece:
    lodsd
    mov ebx, eax                        ; linear address
    lodsw
    mov cx, ax
    jcxz .copied
    mov eax, ebx
    shr eax, 4
    mov es, ax
    mov di, bx
    and di, 15
    rep movsb
    jmp .piece
.copied:
    o32 lgdt [header_at + header_gdtr]
    o32 lidt [header_at + header_idtr]
    cmp dword [header_at + header_kind], kind_real
    jne .protected
    xor ax, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    push dword [header_at + header_flags]
    popfd
    lss esp, [header_at + header_farStack]
    call registers16
    mov ds, [cs:header_at + header_segments]
    jmp far dword [cs:header_at + header_farEntry]
.protected:
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp dword code32:rom + protected

%macro LOAD_EXTRA_SEGMENTS 0
    mov ax, [HEADER(segments) + 2]
    mov es, ax
    mov ax, [HEADER(segments) + 4]
    mov fs, ax
    mov ax, [HEADER(segments) + 6]
    mov gs, ax
%endmacro

%macro LOAD_ALL 1                       ; where RAX to R15 are; RSP stays
  %assign number 0
  %rep 16
    %if number != 4
    mov r%[number], [%1 + 8 * number]
    %endif
    %assign number number + 1
  %endrep
%endmacro

%macro LOAD_REGISTERS 1                 ; where the header is
    mov eax, [%1 + header_registers + 0x00]
    mov ecx, [%1 + header_registers + 0x08]
    mov edx, [%1 + header_registers + 0x10]
    mov ebx, [%1 + header_registers + 0x18]
    mov ebp, [%1 + header_registers + 0x28]
    mov esi, [%1 + header_registers + 0x30]
    mov edi, [%1 + header_registers + 0x38]
%endmacro

registers16:
    LOAD_REGISTERS header_at
    ret

    bits 32
protected:
    mov ax, data32
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov ss, ax
    mov esp, stack0
    mov eax, [HEADER(cr4)]
    mov cr4, eax
    mov eax, [HEADER(cr3)]
    mov cr3, eax
    mov eax, [HEADER(efer)]
    test eax, eax
    jz .no_efer
    mov ecx, EFER_MSR
    xor edx, edx
    wrmsr
.no_efer:
    mov eax, [HEADER(cr0)]
    mov cr0, eax
    jmp .paging
.paging:
    cmp dword [HEADER(kind)], kind_long
    jne .legacy
    jmp code64:rom + long_mode
.legacy:
    mov ax, [HEADER(ldtr)]
    lldt ax
    mov ax, [HEADER(tr)]
    test ax, ax
    jz .no_task
    ltr ax
.no_task:
    cmp dword [HEADER(kind)], kind_kernel
    jne .user
    push dword [HEADER(flags)]
    popfd
    lss esp, [HEADER(farStack)]
    call load_segments
    jmp far [cs:HEADER(farEntry)]
.user:
    mov ecx, 4                          ; ES, DS, FS and GS of virtual-8086 mode: GS lies highest
.v86:
    push dword [HEADER(v86Segments) + 4 * ecx - 4]
    loop .v86
    push dword [HEADER(ss)]
    push dword [HEADER(sp)]
    push dword [HEADER(flags)]
    push dword [HEADER(cs)]
    push dword [HEADER(ip)]
    call load_segments
    iretd

load_segments:
    LOAD_EXTRA_SEGMENTS
    LOAD_REGISTERS rom + header_at
    mov ds, [HEADER(segments)]
    ret

    bits 64
long_mode:
    mov ax, [HEADER(ldtr)]
    lldt ax
    mov ax, [HEADER(tr)]
    ltr ax
    mov ax, [HEADER(segments)]
    mov ds, ax
    LOAD_EXTRA_SEGMENTS
    push qword [HEADER(ss)]
    push qword [HEADER(sp)]
    push qword [HEADER(flags)]
    push qword [HEADER(cs)]
    push qword [HEADER(ip)]
    LOAD_ALL HEADER(registers)
    iretq

; Handlers. Each writes a record and sends it, then goes back or ends.

%macro SEND 1                           ; %1: bits. Clobbers AL, BL, DX, ESI, ECX. DS must be flat.
    mov esi, record
    mov dx, DEBUG_PORT
    mov ecx, 8 * field_count
    mov al, '['
    out dx, al
    out dx, al
%%byte:
%if %1 == 16
    a32 lodsb
%else
    lodsb
%endif
    mov bl, al
    shr al, 4
    call hex%1
    mov al, bl
    and al, 15
    call hex%1
%if %1 == 16
    dec cx
    jnz %%byte
%else
    dec ecx
    jnz %%byte
%endif
    mov al, ']'
    out dx, al
    out dx, al
    mov al, 10
    out dx, al
%endmacro

%macro HEX 1
hex%1:
    add al, '0'
    cmp al, '9'
    jbe .digit
    add al, 'a' - '9' - 1
.digit:
    out dx, al
    ret
%endmacro

%macro SHUT_DOWN 0
    mov dx, SHUTDOWN_PORT
%assign letter 1
%rep 8
    %substr character "Shutdown" letter
    mov al, character
    out dx, al
    %assign letter letter + 1
%endrep
    mov eax, 0x10
    mov dx, EXIT_PORT
    out dx, eax
%%halt:
    cli
    hlt
    jmp %%halt
%endmacro

; What the processor pushed, and the flags below the vector.
%macro EVENT_FIELDS 3                   ; where the flags are, bytes of a slot, accumulator
    mov %3, [%1 + %2]
    mov [FIELD(vector)], %3
    lea %3, [%1 + 2 * %2]
    mov [FIELD(sp)], %3
    mov [FIELD(ss)], ss
    mov [FIELD(cs)], cs
    mov %3, [%1]
    mov [FIELD(flags)], %3
%endmacro

%macro SAVED_FIELDS 2                   ; where GS is, bytes of a selector; then PUSHAD's
    mov ax, [%1]
    mov [FIELD(gs)], ax
    mov ax, [%1 + %2]
    mov [FIELD(fs)], ax
    mov ax, [%1 + 2 * %2]
    mov [FIELD(es)], ax
    mov ax, [%1 + 3 * %2]
    mov [FIELD(ds)], ax
  %assign number 0
  %rep 8
    mov eax, [%1 + 4 * %2 + 4 * (7 - number)]
    mov [FIELD(registers) + 8 * number], eax
    %assign number number + 1
  %endrep
%endmacro

%macro CONTROL_FIELDS 1                 ; accumulator
    mov %1, cr0
    mov [FIELD(cr0)], %1
    mov %1, cr2
    mov [FIELD(cr2)], %1
    mov %1, cr3
    mov [FIELD(cr3)], %1
    mov %1, cr4
    mov [FIELD(cr4)], %1
    mov %1, dr6
    mov [FIELD(dr6)], %1
    mov %1, dr7
    mov [FIELD(dr7)], %1
    mov ecx, EFER_MSR
    rdmsr
    mov [FIELD(efer)], eax
%endmacro

%macro SEND_AND_COUNT 1                 ; to .end behind the last record, and behind the #UD that ends a probe
    SEND %1
    inc dword [EVENTS]
    mov eax, [EVENTS]
    cmp eax, [HEADER(maxEvents)]
    jae .end
    mov eax, [FIELD(vector)]
    cmp al, 6
    je .end
%endmacro

%macro LEAVE_LEVEL_3 1                  ; the end, for which level 3 has an INT
.end:
    mov ax, cs
    test al, 3
    jz end%1
    int end_vector
end%1:
    SHUT_DOWN
    HEX %1
%endmacro

; Above BP: GS, FS, ES, DS, eight registers, flags, vector; then what the processor pushed.
    bits 16
common16:
    pushf
    pushad
    push ds
    push es
    push fs
    push gs
    mov ebp, 0
    mov bp, sp
    xor ax, ax
    mov ds, ax
    mov es, ax
    cld
    mov edi, record
    mov cx, 2 * field_count
    xor eax, eax
    rep stosd
    mov byte [FIELD(width)], 16
    EVENT_FIELDS bp + 40, 2, ax
    SAVED_FIELDS bp, 2
    CONTROL_FIELDS eax
    mov cx, 8
    mov si, 44
    mov di, FIELD(stack)
.slot:
    mov eax, [bp + si]
    stosd
    add si, 4
    loop .slot
    mov ax, rom >> 4
    mov fs, ax
    mov ecx, [fs:header_at + header_watchCount]
    mov si, header_at + header_watches
    mov di, FIELD(watches)
    jcxz .watched
.watch:
    mov ebx, [fs:si]
    add si, 4
    mov eax, ebx
    shr eax, 4
    mov gs, ax
    and bx, 15
    mov eax, [gs:bx]
    stosd
    mov eax, [gs:bx + 4]
    stosd
    loop .watch
.watched:
    SEND 16
    inc dword [EVENTS]
    mov eax, [EVENTS]
    cmp eax, [fs:header_at + header_maxEvents]
    jae .end
    cmp word [FIELD(vector)], 6
    je .end
    pop gs
    pop fs
    pop es
    pop ds
    popad
    add sp, 4
    iret
.end:
    SHUT_DOWN
    HEX 16

    bits 32
common32:
    pushfd
    pushad
    push ds
    push es
    push fs
    push gs
    movzx ebp, sp                       ; a 16-bit stack may leave anything above
    mov ax, user_data32
    mov ds, ax
    mov es, ax
    cld
    mov edi, record
    mov ecx, 2 * field_count
    xor eax, eax
    rep stosd
    mov byte [FIELD(width)], 32
    EVENT_FIELDS ebp + 48, 4, eax
    SAVED_FIELDS ebp, 4
    mov ax, cs
    test al, 3
    jnz .user
    CONTROL_FIELDS eax
    str [FIELD(tr)]
    sldt [FIELD(ldtr)]
.user:
    mov ecx, 12
    lea esi, [ebp + 56]
    mov edi, FIELD(stack)
.slot:
    lodsd
    stosd
    loop .slot
    mov ecx, [HEADER(watchCount)]
    mov esi, HEADER(watches)
    mov edi, FIELD(watches)
    jecxz .watched
.watch:
    lodsd
    mov ebx, eax
    mov eax, [ebx]
    stosd
    mov eax, [ebx + 4]
    stosd
    loop .watch
.watched:
    SEND_AND_COUNT 32
    call has_code32
    pop gs
    pop fs
    pop es
    pop ds
    jc .code
    popad
    lea esp, [esp + 8]
    iretd
.code:
    popad
    lea esp, [esp + 12]
    iretd
    LEAVE_LEVEL_3 32

; Carry: vector EAX comes with an error code.
has_code32:
    push eax
    mov ecx, eax
    mov eax, WITH_CODE
    bt eax, ecx
    pop eax
    ret

    bits 64
common64:
    pushfq
%assign number 0
%rep 16
    mov [FIELD(registers) + 8 * number], r%[number]
  %assign number number + 1
%endrep
    mov rbp, rsp
    cld
    mov edi, record
    mov ecx, field_registers
    xor eax, eax
    rep stosq
    mov edi, FIELD(es)
    mov ecx, field_count - field_es
    rep stosq
    mov byte [FIELD(width)], 64
    EVENT_FIELDS rbp, 8, rax
    mov [FIELD(gs)], gs
    mov [FIELD(fs)], fs
    mov [FIELD(es)], es
    mov [FIELD(ds)], ds
    mov ax, cs
    test al, 3
    jnz .user
    CONTROL_FIELDS rax
    str [FIELD(tr)]
    sldt [FIELD(ldtr)]
.user:
    mov ecx, 12
    lea rsi, [rbp + 16]
    mov edi, FIELD(stack)
    rep movsq
    mov ecx, [HEADER(watchCount)]
    mov esi, HEADER(watches)
    mov edi, FIELD(watches)
    jrcxz .watched
.watch:
    lodsd
    mov rbx, [rax]
    mov rax, rbx
    stosq
    loop .watch
.watched:
    SEND_AND_COUNT 64
    mov ecx, WITH_CODE
    bt ecx, eax
    setc al
    movzx eax, al
    lea rsp, [rbp + 8 * rax + 16]
    LOAD_ALL FIELD(registers)
    iretq
    LEAVE_LEVEL_3 64

%if ($ - $$) > header_at
  %error the code reaches into the header
%endif

    times 0xfff0 - ($ - $$) db 0
    bits 16
    jmp rom >> 4:start
    times 0x10000 - ($ - $$) db 0
