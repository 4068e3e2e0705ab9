// The transcendental operations of x87 by MPFR, rounded correctly: requests on standard input and results on
// standard output as in float-recorder.c, of ordinary operands with all exceptions masked. Operations are
// numbered as in src/machine/cpu/float/transcendental.ts.
// gcc -O1 -o exact exact.c -lmpfr -lgmp
#include <mpfr.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct __attribute__((packed)) operands {
  uint8_t a[16], b[16];
};

struct __attribute__((packed)) result {
  uint64_t low;
  uint16_t high, more;
  uint32_t flags;
};

enum { DENORMAL = 2, OVERFLOWS = 8, UNDERFLOWS = 16, INEXACT = 32, C1 = 0x200 };
enum { F2XM1, FYL2X, FYL2XP1, FPTAN, FPATAN, FSIN, FCOS };
enum { LARGEST = 16383, SMALLEST = -16382, WIDE = 1024 };

static const mpfr_rnd_t roundings[] = {MPFR_RNDN, MPFR_RNDD, MPFR_RNDU, MPFR_RNDZ};

static int load(mpfr_t to, const uint8_t *from) {
  uint64_t significand;
  uint16_t upper;
  memcpy(&significand, from, 8);
  memcpy(&upper, from + 8, 2);
  int field = upper & 0x7fff;
  mpfr_set_ui_2exp(to, significand, (field ? field : 1) - 16383 - 63, MPFR_RNDN);
  if (upper >> 15) mpfr_neg(to, to, MPFR_RNDN);
  return field == 0 && significand != 0 ? DENORMAL : 0;
}

// Puts a bit behind a value that was rounded toward zero, so that it can be rounded again.
static void mark(mpfr_t value, int ternary) {
  if (ternary == 0) return;
  mpfr_t bit;
  mpfr_init2(bit, 2);
  mpfr_set_si_2exp(bit, mpfr_sgn(value), mpfr_get_exp(value) - (mpfr_exp_t)mpfr_get_prec(value) - 1, MPFR_RNDN);
  mpfr_prec_round(value, mpfr_get_prec(value) + 1, MPFR_RNDN);
  mpfr_add(value, value, bit, MPFR_RNDN);
  mpfr_clear(bit);
}

// What is left of x behind so many quarter turns, by the processor's pi.
static int reduce(mpfr_t x) {
  mpfr_t quarter;
  long quarters;
  mpfr_init2(quarter, 66);
  mpfr_set_str(quarter, "0xc90fdaa22168c234cp-67", 0, MPFR_RNDN);
  mpfr_remquo(x, &quarters, x, quarter, MPFR_RNDN);
  mpfr_clear(quarter);
  return quarters & 3;
}

static void compute(mpfr_t value, int operation, mpfr_t a, mpfr_t b) {
  mpfr_prec_round(value, WIDE, MPFR_RNDN);
  int quadrant = 0, ternary;
  if (operation == FPTAN || operation == FSIN || operation == FCOS) quadrant = reduce(a);
  switch (operation) {
  case F2XM1: ternary = mpfr_exp2m1(value, a, MPFR_RNDZ); break;
  case FYL2X: ternary = mpfr_log2(value, a, MPFR_RNDZ); break;
  case FYL2XP1: ternary = mpfr_log2p1(value, a, MPFR_RNDZ); break;
  case FPATAN: ternary = mpfr_atan2(value, b, a, MPFR_RNDZ); break;
  case FPTAN: ternary = quadrant & 1 ? mpfr_cot(value, a, MPFR_RNDZ) : mpfr_tan(value, a, MPFR_RNDZ); break;
  default:
    quadrant += operation == FCOS;
    ternary = quadrant & 1 ? mpfr_cos(value, a, MPFR_RNDZ) : mpfr_sin(value, a, MPFR_RNDZ);
  }
  mark(value, ternary);
  if (operation == FPTAN ? quadrant & 1 : quadrant & 2) mpfr_neg(value, value, MPFR_RNDN);
  if (operation != FYL2X && operation != FYL2XP1) return;
  mpfr_prec_round(value, WIDE + 80, MPFR_RNDN);
  mpfr_mul(value, value, b, MPFR_RNDN);
}

static uint64_t integer(mpfr_t value) {
  mpz_t whole;
  uint64_t low = 0;
  mpz_init(whole);
  mpfr_get_z(whole, value, MPFR_RNDN);
  mpz_export(&low, NULL, -1, 8, 0, 0, whole);
  mpz_clear(whole);
  return low;
}

// As the processor packs it, to 64 bits whatever precision the control word asks for.
static void store(struct result *to, mpfr_t value, mpfr_rnd_t rounding) {
  mpfr_t rounded, scaled;
  mpfr_init2(rounded, 64);
  mpfr_init2(scaled, mpfr_get_prec(value));
  mpfr_set(rounded, value, rounding);
  int exponent = mpfr_get_exp(rounded) - 1;
  to->flags |= INEXACT;
  if (exponent > LARGEST) {
    to->flags |= OVERFLOWS;
    int infinite = rounding == MPFR_RNDN || rounding == (mpfr_sgn(value) < 0 ? MPFR_RNDD : MPFR_RNDU);
    to->low = infinite ? (uint64_t)1 << 63 : UINT64_MAX;
    to->high = infinite ? 0x7fff : 0x7ffe;
    if (infinite) to->flags |= C1;
  } else {
    int tiny = exponent < SMALLEST;
    if (tiny) to->flags |= UNDERFLOWS;
    int least = (tiny ? SMALLEST : exponent) - 63;
    mpfr_mul_2si(scaled, value, -least, MPFR_RNDN);
    mpfr_rint(rounded, scaled, rounding);
    if (mpfr_cmpabs(rounded, scaled) > 0) to->flags |= C1;
    mpfr_abs(rounded, rounded, MPFR_RNDN);
    to->low = integer(rounded);
    to->high = tiny ? to->low >> 63 : (uint64_t)exponent + 16383;
  }
  if (mpfr_sgn(value) < 0) to->high |= 0x8000;
  mpfr_clears(rounded, scaled, NULL);
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "--version") == 0) return puts(mpfr_get_version()), 0;
  for (struct { uint32_t operation, control, count; } request; fread(&request, sizeof request, 1, stdin) == 1;) {
    struct operands *from = malloc(request.count * sizeof *from);
    struct result *to = calloc(request.count, sizeof *to);
    if (fread(from, sizeof *from, request.count, stdin) != request.count) return 1;
    for (uint32_t i = 0; i < request.count; i++) {
      mpfr_t a, b, value;
      mpfr_inits2(80, a, b, value, NULL);
      to[i].flags = load(a, from[i].a) | load(b, from[i].b);
      compute(value, request.operation, a, b);
      store(&to[i], value, roundings[request.control >> 10 & 3]);
      mpfr_clears(a, b, value, NULL);
    }
    fwrite(to, sizeof *to, request.count, stdout);
    free(from);
    free(to);
  }
  return 0;
}
