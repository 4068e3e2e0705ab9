; A boot sector that tells over COM1, in hexadecimal, what CMOS RAM and the BIOS data area say of floppy drives: the types
; (10h), the bits of equipment (14h, 0040:0010h); then, after a reset of the controller, whether the BIOS has noted its
; interrupt (bit 7 of 0040:003Eh). It exits with 0x10.
%include "boot-sector.inc"
BOOT_SECTOR ds, ss
    mov al, 0x10
    call cmos
    call byte_out
    mov al, 0x14
    call cmos
    and al, 0xc1
    call byte_out
    mov al, [0x410]
    and al, 0xc1
    call byte_out
    and byte [0x43e], 0x7f
    mov dx, 0x3f2
    mov al, 0x08
    out dx, al
    mov al, 0x0c
    out dx, al
    sti
.wait:
    test byte [0x43e], 0x80
    jz .wait
    mov al, [0x43e]
    and al, 0x80
    call byte_out
    mov al, 0x10
    mov dx, 0xf4
    out dx, al
    cli
    hlt

; Byte AL of CMOS RAM.
cmos:
    out 0x70, al
    in al, 0x71
    ret

%include "serial-hex.inc"

    BOOT_SIGNATURE
