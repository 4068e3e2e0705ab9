// Systems of linear equations, solved by Gaussian elimination with partial pivoting, in doubles and in floats.
#include "program.h"

enum { most = 64 };

#define SOLVER(name, number)                                                                        \
  static number name##_matrix[most][most], name##_right[most], name##_saved[most][most];            \
                                                                                                    \
  static void name##_add(number *to, const number *from, number factor, int count) {                \
    for (int i = 0; i < count; i++) to[i] += factor * from[i];                                      \
  }                                                                                                 \
                                                                                                    \
  static number name##_dot(const number *one, const number *other, int count) {                     \
    number sum = 0;                                                                                 \
    for (int i = 0; i < count; i++) sum += one[i] * other[i];                                       \
    return sum;                                                                                     \
  }                                                                                                 \
                                                                                                    \
  static number name##_magnitude(number value) { return value < 0 ? -value : value; }               \
                                                                                                    \
  /* Columns are rows here: each step adds a row to another. Answers the product of the pivots. */  \
  static number name##_solve(int n) {                                                               \
    number product = 1;                                                                             \
    for (int k = 0; k < n; k++) {                                                                   \
      int pivot = k;                                                                                \
      for (int i = k + 1; i < n; i++) {                                                             \
        if (name##_magnitude(name##_matrix[i][k]) > name##_magnitude(name##_matrix[pivot][k])) pivot = i; \
      }                                                                                             \
      for (int j = 0; j < n; j++) {                                                                 \
        number kept = name##_matrix[k][j];                                                          \
        name##_matrix[k][j] = name##_matrix[pivot][j];                                              \
        name##_matrix[pivot][j] = kept;                                                             \
      }                                                                                             \
      number kept = name##_right[k];                                                                \
      name##_right[k] = name##_right[pivot];                                                        \
      name##_right[pivot] = kept;                                                                   \
      product *= name##_matrix[k][k];                                                               \
      for (int i = k + 1; i < n; i++) {                                                             \
        number factor = -name##_matrix[i][k] / name##_matrix[k][k];                                 \
        name##_add(&name##_matrix[i][k], &name##_matrix[k][k], factor, n - k);                      \
        name##_right[i] += factor * name##_right[k];                                                \
      }                                                                                             \
    }                                                                                               \
    for (int i = n - 1; i >= 0; i--) {                                                              \
      number known = name##_dot(&name##_matrix[i][i + 1], &name##_right[i + 1], n - 1 - i);         \
      name##_right[i] = (name##_right[i] - known) / name##_matrix[i][i];                            \
    }                                                                                               \
    return product;                                                                                 \
  }                                                                                                 \
                                                                                                    \
  /* The right sides are such that each unknown is 1. Answers how far off the worst is. */          \
  static number name##_case(int n, uint64_t seed, uint64_t *hash) {                                 \
    for (int i = 0; i < n; i++) {                                                                   \
      number sum = 0;                                                                               \
      for (int j = 0; j < n; j++) {                                                                 \
        name##_saved[i][j] = name##_matrix[i][j] = (number)(next_unit(&seed) - 0.5);                \
        sum += name##_matrix[i][j];                                                                 \
      }                                                                                             \
      name##_right[i] = sum;                                                                        \
    }                                                                                               \
    *hash = mix(*hash, bits_of((double)name##_solve(n)));                                           \
    number worst = 0;                                                                               \
    for (int i = 0; i < n; i++) {                                                                   \
      number off = name##_magnitude(name##_right[i] - 1);                                           \
      if (off > worst) worst = off;                                                                 \
      number left = name##_dot(name##_saved[i], name##_right, n);                                   \
      *hash = mix(mix(*hash, bits_of((double)name##_right[i])), bits_of((double)left));             \
    }                                                                                               \
    return worst;                                                                                   \
  }

SOLVER(wide, double)
SOLVER(narrow, float)

void program(void) {
  for (int n = 1; n <= most; n += 9) {
    uint64_t hash = 1;
    double wide = wide_case(n, 0x1234u + n, &hash);
    print_number("doubles", hash);
    print_number("  off by", bits_of(wide));
    float narrow = narrow_case(n, 0x4321u + n, &hash);
    print_number("floats", hash);
    print_number("  off by", bits_of(narrow));
    if (wide > 1e-6 || narrow > 0.1f) print("  too far\n");
  }
}
