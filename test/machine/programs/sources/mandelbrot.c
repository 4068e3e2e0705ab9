// How many steps points of a plane take to leave a circle.
#include "program.h"

enum { wide = 64, high = 48, most = 150 };

#define PICTURE(name, number)                                                \
  static uint64_t name(number left, number top, number step) {               \
    uint64_t hash = 1;                                                       \
    for (int row = 0; row < high; row++) {                                   \
      for (int column = 0; column < wide; column++) {                        \
        number x0 = left + (number)column * step, y0 = top + (number)row * step; \
        number x = 0, y = 0;                                                 \
        int count = 0;                                                       \
        while (count < most && x * x + y * y < 4) {                          \
          number next = x * x - y * y + x0;                                  \
          y = 2 * x * y + y0;                                                \
          x = next;                                                          \
          count++;                                                           \
        }                                                                    \
        hash = mix(mix(hash, count), bits_of((double)x));                    \
      }                                                                      \
    }                                                                        \
    return hash;                                                             \
  }

PICTURE(in_floats, float)
PICTURE(in_doubles, double)

/** Four points at a time, as compilers turn it into vectors. */
static uint64_t in_lanes(float left, float top, float step) {
  uint64_t hash = 1;
  for (int row = 0; row < high; row++) {
    for (int column = 0; column < wide; column += 4) {
      float x[4] = {0}, y[4] = {0}, x0[4];
      int count[4] = {0};
      for (int lane = 0; lane < 4; lane++) x0[lane] = left + (float)(column + lane) * step;
      for (int round = 0; round < 40; round++) {
        for (int lane = 0; lane < 4; lane++) {
          float xx = x[lane] * x[lane], yy = y[lane] * y[lane];
          int inside = xx + yy < 4;
          float next = xx - yy + x0[lane];
          float other = 2 * x[lane] * y[lane] + (top + (float)row * step);
          x[lane] = inside ? next : x[lane];
          y[lane] = inside ? other : y[lane];
          count[lane] += inside;
        }
      }
      for (int lane = 0; lane < 4; lane++) hash = mix(mix(hash, count[lane]), bits_of_float(x[lane]));
    }
  }
  return hash;
}

void program(void) {
  print_number("floats", in_floats(-2.2f, -1.2f, 0.05f));
  print_number("doubles", in_doubles(-2.2, -1.2, 0.05));
  print_number("doubles, near", in_doubles(-0.7453, 0.1127, 1e-7));
  print_number("lanes", in_lanes(-2.2f, -1.2f, 0.05f));
}
