; A boot sector that does what it is told over COM1: an operation byte, then AX, BX, CX, DX as 16-bit words.
; It answers with AX, BX, CX, DX as they are afterwards.
;   0: int 10h   1: out dx, al   2: al = in dx   3: [es = BX:DX] = AX, CX times
%include "boot-sector.inc"

BOOT_SECTOR ds, ss
    sti
next:
    mov di, request
    mov cx, 9
.byte:
    call receive
    mov [di], al
    inc di
    loop .byte
    mov ax, [request + 1]
    mov bx, [request + 3]
    mov cx, [request + 5]
    mov dx, [request + 7]
    cmp byte [request], 1
    jb video
    je output
    cmp byte [request], 2
    je input
fill:
    push es
    mov es, bx
    mov di, dx
    cld
    rep stosw
    pop es
    jmp answer
video:
    int 0x10
    jmp answer
output:
    out dx, al
    jmp answer
input:
    in al, dx
answer:
    mov [request], ax
    mov [request + 2], bx
    mov [request + 4], cx
    mov [request + 6], dx
    mov si, request
    mov cx, 8
.byte:
    call send
    inc si
    loop .byte
    jmp next

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

; Sends [SI].
send:
    mov dx, COM1 + 5
.wait:
    in al, dx
    test al, 0x20
    jz .wait
    mov dx, COM1
    mov al, [si]
    out dx, al
    ret

request: times 9 db 0
    BOOT_SIGNATURE
