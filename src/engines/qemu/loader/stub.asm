; What QEMU starts in place of a kernel: the PVH entry point of the ELF file that make-loader.ts writes.
; It turns what the firmware left into the entry state of a boot plan, then jumps to the kernel.
; Entry (Xen's pvh.pandoc): 32-bit flat segments, paging off, EBX = hvm_start_info.
; EBP holds our address throughout.
; After a change: node scripts/build-loader-stub.mjs

    org 0

TEXT_PAGE       equ 0xb8000
TEXT_PAGE_SIZE  equ 0x8000
BLANK_CELLS     equ 0x07200720          ; two spaces, light grey on black
BIOS_CURSOR     equ 0x450               ; the BIOS data area's cursor, page 0
CRTC            equ 0x3d4
EFER            equ 0xc0000080
RFLAGS          equ 2                   ; bit 1 is always set; interrupts are off
E820_RAM        equ 1
MIB             equ 0x100000
RSDP_BYTES      equ 20

struc start_info                        ; Xen's start_info.h
    .magic      resd 1
    .version    resd 1
    .flags      resd 1
    .modules    resd 1
    .modlist    resq 1
    .cmdline    resq 1
    .rsdp       resq 1
    .memmap     resq 1
    .entries    resd 1
endstruc

; Written by make-loader.ts right after this code; see parameters.ts.
struc parameter
    .map_at         resd 1              ; 0: the plan has no map hole
    .map_capacity   resd 1
    .leading_size   resd 1
    .trailing_zero  resd 1
    .end_tag        resd 1
    .copies         resd 1              ; how many, and where their list is
    .copy_list      resd 1
    .facts          resd 1
    .fact_list      resd 1
    .cr0            resd 1
    .cr3            resd 1
    .cr4            resd 1
    .efer           resd 1
    .gdtr           resd 2              ; limit, base, two bytes unused
    .code           resd 1
    .data           resd 1
    .task           resd 1
    .long64         resd 1
    .pad            resd 1
    .rip            resq 1
    .rax            resq 1
    .rbx            resq 1
    .rcx            resq 1
    .rdx            resq 1
    .rsi            resq 1
    .rdi            resq 1
    .rbp            resq 1
    .rsp            resq 1
endstruc

; Zeroed memory behind the parameters.
E820_CAPACITY   equ 128
struc scratch
    .facts:                             ; offsets in here are the numbers of facts, see parameters.ts
    .map_entries    resq 1
    .map_bytes      resq 1
    .lower_kib      resq 1
    .upper_kib      resq 1
    .rsdp_address   resq 1
    .rsdp           resb 24
    .null_idtr      resq 1
    .entries        resq 1
    .e820           resb E820_CAPACITY * 20
    .stack          resb 128
    .end:
endstruc

struc copy
    .to     resd 1
    .from   resd 1
    .length resd 1
    .zeros  resd 1
endstruc

struc fact
    .at     resd 1
    .from   resd 1                      ; offset in scratch.facts
    .size   resd 1
    .plus   resd 1
endstruc

%define PARAMETER(name) ebp + parameters + parameter. %+ name
%define SCRATCH(name) ebp + parameters + parameter_size + scratch. %+ name

bits 32
entry:
    mov ebp, 0                          ; make-loader.ts puts our address here
    cli
    cld
    mov eax, ds
    mov ss, eax
    lea esp, [SCRATCH(end)]
    call read_machine
    call clear_screen
    call copy_low_memory
    call write_map
    call write_facts
    jmp enter

; The start info and its map lie in low memory, which the plan may write to: take copies first.
read_machine:
    mov eax, [ebx + start_info.rsdp]
    mov [SCRATCH(rsdp_address)], eax
    test eax, eax
    jz .map
    mov esi, eax
    lea edi, [SCRATCH(rsdp)]
    mov ecx, RSDP_BYTES
    rep movsb
.map:
    mov edx, [ebx + start_info.entries]
    cmp edx, E820_CAPACITY
    jbe .fits
    mov edx, E820_CAPACITY
.fits:
    mov [SCRATCH(entries)], edx
    mov esi, [ebx + start_info.memmap]
    lea edi, [SCRATCH(e820)]
.next:
    dec edx
    js measure
    mov ecx, 5
    rep movsd
    add esi, 4                          ; PVH's entries end with a reserved u32
    jmp .next

; mem_lower and mem_upper, from the available entries around 0 and 1 MiB.
measure:
    lea esi, [SCRATCH(e820)]
    mov ebx, [SCRATCH(entries)]
.next:
    dec ebx
    js .done
    cmp dword [esi + 16], E820_RAM
    jne .skip
    cmp dword [esi + 4], 0
    jne .skip
    mov eax, [esi]
    mov edx, [esi + 8]
    mov ecx, [esi + 12]
    test eax, eax
    jnz .upper
    mov edi, edx
    shrd edi, ecx, 10
    mov [SCRATCH(lower_kib)], edi
.upper:
    cmp eax, MIB
    ja .skip
    sub eax, MIB                        ; base - 1 MiB, not above 0
    cdq
    add eax, [esi + 8]
    adc edx, ecx                        ; end - 1 MiB
    js .skip
    shrd eax, edx, 10
    mov [SCRATCH(upper_kib)], eax
.skip:
    add esi, 20
    jmp .next
.done:
    ret

clear_screen:
    mov edi, TEXT_PAGE
    mov ecx, TEXT_PAGE_SIZE / 4
    mov eax, BLANK_CELLS
    rep stosd
    mov word [BIOS_CURSOR], 0
    mov edx, CRTC
    mov eax, 0x000e                     ; cursor location high: 0
    out dx, ax
    mov eax, 0x000f                     ; and low
    out dx, ax
    ret

copy_low_memory:
    mov ebx, [PARAMETER(copy_list)]
    mov edx, [PARAMETER(copies)]
.next:
    dec edx
    js .done
    mov esi, [ebx + copy.from]
    mov edi, [ebx + copy.to]
    mov ecx, [ebx + copy.length]
    rep movsb
    xor eax, eax
    mov ecx, [ebx + copy.zeros]
    rep stosb
    add ebx, copy_size
    jmp .next
.done:
    ret

write_map:
    mov edi, [PARAMETER(map_at)]
    test edi, edi
    jz .done
    mov edx, [SCRATCH(entries)]
    cmp edx, [PARAMETER(map_capacity)]
    jbe .fits
    mov edx, [PARAMETER(map_capacity)]
.fits:
    mov [SCRATCH(map_entries)], edx
    lea esi, [SCRATCH(e820)]
.next:
    dec edx
    js .end
    cmp dword [PARAMETER(leading_size)], 0
    je .range
    mov eax, 20
    stosd
.range:
    mov ecx, 5
    rep movsd
    cmp dword [PARAMETER(trailing_zero)], 0
    je .next
    xor eax, eax
    stosd
    jmp .next
.end:
    mov eax, edi
    sub eax, [PARAMETER(map_at)]
    mov [SCRATCH(map_bytes)], eax
    cmp dword [PARAMETER(end_tag)], 0
    je .done
    xor eax, eax
    stosd
    mov al, 8
    stosd
.done:
    ret

write_facts:
    mov ebx, [PARAMETER(fact_list)]
    mov edx, [PARAMETER(facts)]
.next:
    dec edx
    js .done
    lea esi, [SCRATCH(facts)]
    add esi, [ebx + fact.from]
    mov edi, [ebx + fact.at]
    mov ecx, [ebx + fact.size]
    rep movsb
    mov eax, [ebx + fact.plus]
    test eax, eax
    jz .added
    add [edi - 4], eax                  ; only facts of 4 bytes have something added
.added:
    add ebx, fact_size
    jmp .next
.done:
    ret

enter:
    mov eax, [PARAMETER(cr4)]
    mov cr4, eax
    mov eax, [PARAMETER(cr3)]
    mov cr3, eax
    mov eax, [PARAMETER(efer)]
    test eax, eax
    jz .no_efer
    xor edx, edx
    mov ecx, EFER
    wrmsr
.no_efer:
    lgdt [PARAMETER(gdtr)]
    lidt [SCRATCH(null_idtr)]
    mov eax, [PARAMETER(cr0)]
    mov cr0, eax
    mov eax, [PARAMETER(data)]
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    mov ss, eax
    mov eax, [PARAMETER(task)]
    test eax, eax
    jz .no_task
    ltr ax
.no_task:
    xor eax, eax
    lldt ax
    push dword [PARAMETER(code)]
    lea eax, [ebp + leave32]
    cmp dword [PARAMETER(long64)], 0
    je .far
    lea eax, [ebp + leave64]
.far:
    push eax
    retf

leave32:
    mov eax, [PARAMETER(rip)]           ; no register is free for the last jump: make it relative and patch it
    lea ecx, [ebp + .gone]
    sub eax, ecx
    mov [ebp + .gone - 4], eax
    push dword RFLAGS
    popfd
    mov eax, [PARAMETER(rax)]
    mov ebx, [PARAMETER(rbx)]
    mov ecx, [PARAMETER(rcx)]
    mov edx, [PARAMETER(rdx)]
    mov esi, [PARAMETER(rsi)]
    mov edi, [PARAMETER(rdi)]
    mov esp, [PARAMETER(rsp)]
    mov ebp, [PARAMETER(rbp)]
    db 0xe9                             ; jmp rel32
    dd 0
.gone:

bits 64
default rel
leave64:
    push RFLAGS
    popfq
    mov rax, [parameters + parameter.rax]
    mov rbx, [parameters + parameter.rbx]
    mov rcx, [parameters + parameter.rcx]
    mov rdx, [parameters + parameter.rdx]
    mov rsi, [parameters + parameter.rsi]
    mov rdi, [parameters + parameter.rdi]
    mov rsp, [parameters + parameter.rsp]
    mov rbp, [parameters + parameter.rbp]
    jmp [parameters + parameter.rip]

    align 16, db 0
parameters:
    dd parameter_size, scratch_size     ; not part of the stub: for scripts/build-loader-stub.mjs
