; One sector of a CD, with a text in it.
        db "Thank you. Type something; ESC switches off.", 13, 10, 0
        times 2048 - ($ - $$) db 0
