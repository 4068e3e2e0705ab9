; Flat 32-bit code at 1 MiB: does to chips what the script behind it says, and tells what they answer on the debug console, so
; that the serial ports are free. Every interrupt goes into a log; nobody ends one unless the script says so. All of the script
; is words of four bytes: the number of a step, and what belongs to it. Sizes are 1, 2 and 4.
;   1, size, port, value      OUT
;   2, size, port, mask       IN, told
;   3, size, port, count      IN so often, not told
;   4, port, mask, value      polls a byte until its masked bits are so; tells "late" after three seconds
;   5, count                  waits so many counts of the PM timer
;   6, count                  sleeps until the log has so many interrupts; 0: lets them in for a moment
;   7                         tells and clears the log
;   8, flag                   the handler ends interrupts, or does not
;   9, address, value         to memory
;   10, address, mask         from memory, told
;   11, port, mask, edges     tells how many counts of the PM timer lie between a rising edge and the last of so many behind it
;   12                        tells time stamp counter, PM timer, the PIT's counter 0 (latched) and the APIC timer's count
;   13                        ends a line
;   14, from, to, bytes       copies memory
;   0                         exits with 0x10
CONSOLE    equ 0xe9
PM_TIMER   equ 0x608
LIMIT      equ 3 * 3579545
APIC_COUNT equ 0xfee00390

bits 32
org 0x100000
    cli
    cld
    mov esp, 0x80000
    call make_gates
    lidt [idt_register]
    mov esi, script
next:
    lodsd
    call [steps + 4 * eax]
    jmp next

output:
    call size_and_port
    lodsd
    cmp ecx, 2
    jb .byte
    je .word
    out dx, eax
    ret
.word:
    out dx, ax
    ret
.byte:
    out dx, al
    ret

size_and_port:
    lodsd
    mov ecx, eax
    lodsd
    mov edx, eax
    ret

; EAX: what port DX answers to a read of ECX bytes.
read_port:
    xor eax, eax
    cmp ecx, 2
    jb .byte
    je .word
    in eax, dx
    ret
.word:
    in ax, dx
    ret
.byte:
    in al, dx
    ret

input:
    call size_and_port
    call read_port
    and eax, [esi]
    add esi, 4
    jmp tell

discard:
    call size_and_port
    mov ebx, [esi]
    add esi, 4
.next:
    call read_port
    dec ebx
    jnz .next
    ret

await_bits:
    lodsd
    mov edx, eax
    mov edi, esi                        ; mask, value
    add esi, 8
    call start_time
.look:
    in al, dx
    movzx eax, al
    and eax, [edi]
    cmp eax, [edi + 4]
    je .done
    call is_late
    jnc .look
    jmp tell_late
.done:
    ret

; EBP: now. is_late: CF when three seconds have gone by since.
start_time:
    call time
    mov ebp, eax
    ret
is_late:
    call time
    sub eax, ebp
    and eax, 0xffffff
    cmp eax, LIMIT
    cmc
    ret

; EAX: the PM timer.
time:
    push edx
    mov dx, PM_TIMER
    in eax, dx
    pop edx
    ret

wait_counts:
    call start_time
    lodsd
    mov ebx, eax
.wait:
    call time
    sub eax, ebp
    and eax, 0xffffff
    cmp eax, ebx
    jb .wait
    ret

let_in:
    lodsd
    sti
    times 8 nop
    cli
.look:
    cmp [logged], eax
    jae .done
    sti
    hlt
    cli
    jmp .look
.done:
    ret

tell_log:
    xor ebx, ebx
.next:
    cmp ebx, [logged]
    je .done
    movzx eax, byte [log + ebx]
    mov ecx, 1
    call tell
    inc ebx
    jmp .next
.done:
    mov dword [logged], 0
    ret

set_ending:
    lodsd
    mov [ends], eax
    ret

store:
    lodsd
    mov edi, eax
    lodsd
    mov [edi], eax
    ret

load:
    lodsd
    mov edi, [eax]
    lodsd
    and eax, edi
    mov ecx, 4
    jmp tell

copy:
    lodsd
    mov ebx, eax
    lodsd
    mov edi, eax
    lodsd
    mov ecx, eax
    push esi
    mov esi, ebx
    rep movsb
    pop esi
    ret

time_edges:
    lodsd
    mov edx, eax
    lodsd
    mov ebx, eax
    lodsd
    mov edi, eax
    call start_time
    call await_edge
    call time
    push eax
.next:
    call await_edge
    dec edi
    jnz .next
    call time
    pop ebx
    sub eax, ebx
    and eax, 0xffffff
    mov ecx, 4
    jmp tell

; The bit in EBX of port DX, low and then high; or three seconds since EBP.
await_edge:
    call is_late
    jc .done
    in al, dx
    test al, bl
    jnz await_edge
.high:
    call is_late
    jc .done
    in al, dx
    test al, bl
    jz .high
.done:
    ret

tell_clocks:
    rdtsc
    push eax
    call time
    push eax
    xor eax, eax
    out 0x43, al
    in al, 0x40
    mov ah, al
    in al, 0x40
    xchg al, ah
    mov ebx, eax
    mov edi, [APIC_COUNT]
    pop ebp
    pop eax
    mov ecx, 4
    call tell
    mov eax, ebp
    call tell
    mov eax, ebx
    mov ecx, 2
    call tell
    mov eax, edi
    mov ecx, 4
    jmp tell

tell_late:
    mov eax, 'late'
    mov ecx, 4
.next:
    out CONSOLE, al
    shr eax, 8
    loop .next
    jmp blank

; ECX bytes of EAX, in hexadecimal, and a blank.
tell:
    push edx
    push ecx
    mov edx, eax
    shl ecx, 3
    ror edx, cl                         ; by 32 it stays
    shr ecx, 2
.digit:
    rol edx, 4
    mov eax, edx
    and al, 15
    add al, '0'
    cmp al, '9'
    jbe .send
    add al, 'a' - '9' - 1
.send:
    out CONSOLE, al
    loop .digit
    pop ecx
    pop edx
blank:
    mov al, ' '
    out CONSOLE, al
    ret

line_end:
    mov al, 10
    out CONSOLE, al
    ret

exit:
    mov al, 0x10
    out 0xf4, al
    hlt

; Gates for all vectors: each stub is as long as the first.
make_gates:
    mov edi, idt
    mov eax, stubs
    mov ecx, 256
.next:
    mov [edi], ax
    mov word [edi + 2], 8
    mov word [edi + 4], 0x8e00
    mov ebx, eax
    shr ebx, 16
    mov [edi + 6], bx
    add edi, 8
    add eax, STUB
    loop .next
    ret

STUB equ 10
stubs:
%assign vector 0
%rep 256
    push strict dword vector
    jmp strict near on_interrupt
%assign vector vector + 1
%endrep

; The vector is on the stack. The first of a pair's vectors are 20h and 28h, when it is the handler that ends interrupts.
on_interrupt:
    xchg eax, [esp]
    push ecx
    mov ecx, [logged]
    and ecx, 255
    mov [log + ecx], al
    inc dword [logged]
    cmp dword [ends], 0
    je .done
    cmp al, 0x28
    mov al, 0x20
    jb .master
    out 0xa0, al
.master:
    out 0x20, al
.done:
    pop ecx
    pop eax
    iret

align 8
steps:
    dd exit, output, input, discard, await_bits, wait_counts, let_in, tell_log, set_ending, store, load, time_edges, tell_clocks
    dd line_end, copy
ends: dd 0
logged: dd 0
idt_register:
    dw 256 * 8 - 1
    dd idt
log equ 0x30000
idt equ 0x31000
align 4
script:
