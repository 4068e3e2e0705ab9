; A boot sector that does what it is told over COM1: 27 bytes, a vector, then EAX, EBX, ECX, EDX, ESI, EDI, ES.
; It calls the interrupt and answers EAX, EBX, ECX, EDX, ESI, EDI, ES, FLAGS, DS, SP in hexadecimal, a byte after the other, on one line. For the first vectors it does something else:
;   0: answers CX bytes at ES:DI   1: byte [ES:DI] = AL   2: out dx, al   3: al = in dx; with CX = 2 the port takes AX
%include "boot-sector.inc"

BOOT_SECTOR ss
    mov ds, ax
    sti
    jmp answered
next:
    xor ax, ax
    mov es, ax
    mov di, request
    mov cx, 27
.byte:
    call receive
    stosb
    loop .byte
    mov al, [request]
    mov [call_it + 1], al
    mov es, [request + 25]
    movzx di, al
    cmp al, 3
    ja .registers
    add di, di
    mov bx, [operations + di]
.registers:
    mov [operation], bx
    mov eax, [request + 1]
    mov ebx, [request + 5]
    mov ecx, [request + 9]
    mov edx, [request + 13]
    mov esi, [request + 17]
    mov edi, [request + 21]
    cmp byte [request], 3
    ja call_it
    jmp [operation]
call_it:
    int 0
done:
    pushf
    mov [cs:answer + 28], ds
    push 0
    pop ds
    pop word [answer + 26]
    mov [answer], eax
    mov [answer + 4], ebx
    mov [answer + 8], ecx
    mov [answer + 12], edx
    mov [answer + 16], esi
    mov [answer + 20], edi
    mov [answer + 24], es
    mov [answer + 30], sp
    xor ax, ax
    mov es, ax
    mov di, answer
    mov cx, 32
dump:
    cld
    jcxz answered
.byte:
    mov al, [es:di]
    inc di
    push ax
    shr al, 4
    call digit
    pop ax
    and al, 0xf
    call digit
    loop .byte
answered:
    mov al, 10
    call send
    jmp next

poke:
    mov [es:di], al
    jmp done
output:
    cmp cl, 2
    je .word
    out dx, al
    jmp done
.word:
    out dx, ax
    jmp done
input:
    cmp cl, 2
    je .word
    in al, dx
    jmp done
.word:
    in ax, dx
    jmp done

digit:
    cmp al, 10
    jb .decimal
    add al, 'a' - 10 - '0'
.decimal:
    add al, '0'
send:
    push ax
    mov dx, COM1 + 5
.wait:
    in al, dx
    test al, 0x20
    jz .wait
    pop ax
    mov dx, COM1
    out dx, al
    ret

; AL = the next byte from COM1.
receive:
    mov dx, COM1 + 5
.wait:
    in al, dx
    test al, 1
    jz .wait
    mov dx, COM1
    in al, dx
    ret

operations: dw dump, poke, output, input
operation: dw 0
request: times 27 db 0
answer: times 32 db 0
    BOOT_SIGNATURE
