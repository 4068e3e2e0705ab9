// SHA-256 but for what it does with a block, which a program chooses.
#pragma once
#include "program.h"

/** Fractional parts of the cube roots of the first 64 primes. */
extern const uint32_t sha256_rounds[64];

void sha256_block(uint32_t state[8], const uint8_t block[64]);
