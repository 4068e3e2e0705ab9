// Doubles to decimal digits and back, a million of them: as small C libraries do it, with the processor's numbers,
// and as large ones do, exactly.
#include "program.h"

#ifndef VALUES
#define VALUES 100000
#endif

/** 0.d1d2…d17 × 10^exponent. */
struct decimal {
  char digits[17];
  int exponent;
};

static const double powers[] = {1e1, 1e2, 1e4, 1e8, 1e16, 1e32, 1e64, 1e128, 1e256};

static double scaled(double value, int by) {
  int down = by < 0;
  unsigned left = down ? -by : by;
  for (int i = 0; left > 0; i++, left >>= 1) {
    if (left & 1) value = down ? value / powers[i] : value * powers[i];
  }
  return value;
}

/** By scaling to below 1, then a digit at a time. */
static void print_quickly(double value, struct decimal *to) {
  int exponent = 0;
  for (int i = 8; i >= 0; i--) {
    if (value >= powers[i]) {
      value /= powers[i];
      exponent += 1 << i;
    }
  }
  for (int i = 8; i >= 0; i--) {
    if (value * powers[i] < 10) {
      value *= powers[i];
      exponent -= 1 << i;
    }
  }
  to->exponent = exponent + 1;
  for (int i = 0; i < 17; i++) {
    int digit = (int)value;
    to->digits[i] = (char)('0' + digit);
    value = (value - digit) * 10;
  }
}

static double read_quickly(const struct decimal *from) {
  int64_t upper = 0, lower = 0;
  for (int i = 0; i < 8; i++) upper = 10 * upper + (from->digits[i] - '0');
  for (int i = 8; i < 17; i++) lower = 10 * lower + (from->digits[i] - '0');
  double value = (double)upper * 1e9 + (double)lower;
  int by = from->exponent - 17;
  return by < -290 ? scaled(scaled(value, -290), by + 290) : scaled(value, by);
}

enum { limbs = 72 };

/** A natural number, lowest limb first. */
struct natural {
  int count;
  uint32_t limb[limbs];
};

static void set(struct natural *n, uint64_t value) {
  n->count = 0;
  for (; value > 0; value >>= 32) n->limb[n->count++] = (uint32_t)value;
}

/** Multiplies by a small number and adds one. */
static void multiply(struct natural *n, uint32_t by, uint32_t carry) {
  uint64_t sum = carry;
  for (int i = 0; i < n->count; i++, sum >>= 32) n->limb[i] = (uint32_t)(sum += (uint64_t)n->limb[i] * by);
  if (sum > 0) n->limb[n->count++] = (uint32_t)sum;
}

static void multiply_by_power_of_ten(struct natural *n, int power) {
  for (; power >= 9; power -= 9) multiply(n, 1000000000, 0);
  for (; power > 0; power--) multiply(n, 10, 0);
}

static void shift(struct natural *n, int by) {
  if (n->count == 0) return;
  int whole = by / 32, part = by % 32;
  n->limb[n->count] = 0;
  for (int i = n->count; i >= 0; i--) {
    uint32_t below = part > 0 && i > 0 ? n->limb[i - 1] >> (32 - part) : 0;
    n->limb[i + whole] = n->limb[i] << part | below;
  }
  for (int i = 0; i < whole; i++) n->limb[i] = 0;
  n->count += whole + 1;
  while (n->count > 0 && n->limb[n->count - 1] == 0) n->count--;
}

static int compare(const struct natural *a, const struct natural *b) {
  if (a->count != b->count) return a->count < b->count ? -1 : 1;
  for (int i = a->count - 1; i >= 0; i--) {
    if (a->limb[i] != b->limb[i]) return a->limb[i] < b->limb[i] ? -1 : 1;
  }
  return 0;
}

static void subtract(struct natural *from, const struct natural *what) {
  int64_t borrow = 0;
  for (int i = 0; i < from->count; i++) {
    int64_t difference = (int64_t)from->limb[i] - (i < what->count ? what->limb[i] : 0) + borrow;
    from->limb[i] = (uint32_t)difference;
    borrow = difference >> 32;
  }
  while (from->count > 0 && from->limb[from->count - 1] == 0) from->count--;
}

static uint64_t significand_of(double value, int *exponent) {
  uint64_t bits = bits_of(value);
  int biased = (int)(bits >> 52 & 0x7ff);
  *exponent = (biased > 0 ? biased : 1) - 1075;
  return (bits & 0xfffffffffffffu) | (uint64_t)(biased > 0) << 52;
}

/** 17 digits of the exact value, rounded half to even. */
static void print_exactly(double value, struct decimal *to) {
  static struct natural top, bottom;
  int exponent, ten = 0;
  set(&top, significand_of(value, &exponent));
  set(&bottom, 1);
  shift(exponent < 0 ? &bottom : &top, exponent < 0 ? -exponent : exponent);
  ten = (int)((top.count - bottom.count) * 9.63);
  multiply_by_power_of_ten(ten < 0 ? &top : &bottom, ten < 0 ? -ten : ten);
  for (; compare(&top, &bottom) >= 0; ten++) multiply(&bottom, 10, 0);
  for (;; ten--) {
    multiply(&top, 10, 0);
    if (compare(&top, &bottom) >= 0) break;
  }
  for (int i = 0; i < 17; i++) {
    int digit = 0;
    for (; compare(&top, &bottom) >= 0; digit++) subtract(&top, &bottom);
    to->digits[i] = (char)('0' + digit);
    multiply(&top, i < 16 ? 10 : 2, 0);
  }
  to->exponent = ten;
  int rest = compare(&top, &bottom);
  if (rest < 0 || (rest == 0 && !(to->digits[16] & 1))) return;
  int i = 16;
  for (; i >= 0 && to->digits[i] == '9'; i--) to->digits[i] = '0';
  if (i >= 0) to->digits[i]++;
  else to->digits[0] = '1', to->exponent++;
}

/** The double nearest to a decimal, from one that is near: up or down until half a step is not too much. */
static double read_exactly(const struct decimal *from, double near) {
  static struct natural decimal, middle;
  uint64_t bits = bits_of(near);
  for (;;) {
    int exponent, by = from->exponent - 17;
    uint64_t significand = significand_of(double_of(bits), &exponent);
    int order[2];
    for (int up = 0; up < 2; up++) {
      set(&decimal, 0);
      for (int i = 0; i < 17; i++) multiply(&decimal, 10, (uint32_t)(from->digits[i] - '0'));
      set(&middle, 2 * significand + 2 * up - 1);
      multiply_by_power_of_ten(by < 0 ? &middle : &decimal, by < 0 ? -by : by);
      shift(exponent < 1 ? &decimal : &middle, exponent < 1 ? 1 - exponent : exponent - 1);
      order[up] = compare(&decimal, &middle);
    }
    if (order[0] < 0 || (order[0] == 0 && significand & 1)) bits--;
    else if (order[1] > 0 || (order[1] == 0 && significand & 1)) bits++;
    else return double_of(bits);
  }
}

static void show(const struct decimal *decimal) {
  char text[] = "  .00000000000000000e+000\n";
  int exponent = decimal->exponent;
  for (int i = 0; i < 17; i++) text[3 + i] = decimal->digits[i];
  if (exponent < 0) text[21] = '-', exponent = -exponent;
  for (int i = 24; i > 21; i--, exponent /= 10) text[i] = (char)('0' + exponent % 10);
  print(text);
}

void program(void) {
  uint64_t seed = 0x5eed, hash = 1, wrong = 0, off = 0;
  for (int i = 0; i < VALUES; i++) {
    uint64_t bits = next_random(&seed) & 0x7fffffffffffffffu;
    // Most are of everyday size, some of any.
    if (i % 16 != 0) bits = (bits & 0x803fffffffffffffu) + 0x3e00000000000000u;
    if (bits >= 0x7fe0000000000000u || bits < 0x0360000000000000u) continue;
    double value = double_of(bits);
    struct decimal decimal;
    print_quickly(value, &decimal);
    double quick = read_quickly(&decimal);
    hash = mix(mix(hash, bits_of(quick)), (uint64_t)decimal.exponent);
    for (int k = 0; k < 17; k += 4) hash = mix(hash, (uint64_t)decimal.digits[k]);
    off += bits_of(quick) != bits;
    if (i % 64 == 0 || (i % 8 == 0 && i < 4000)) {
      print_exactly(value, &decimal);
      double exact = read_exactly(&decimal, quick);
      hash = mix(hash, bits_of(exact));
      wrong += bits_of(exact) != bits;
    }
    if (i % (VALUES / 20) == 0) {
      show(&decimal);
      print_number("  so far", hash);
    }
  }
  print_number("quick ones that do not come back", off);
  print_number("exact ones that do not come back", wrong);
}
