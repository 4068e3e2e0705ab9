/* Product of two square matrices of doubles, for gcc -O2: the code that a kernel's own numerics become. */
void product(double *to, const double *a, const double *b, long size) {
  for (long row = 0; row < size; row++)
    for (long column = 0; column < size; column++) {
      double sum = 0;
      for (long at = 0; at < size; at++) sum += a[row * size + at] * b[at * size + column];
      to[row * size + column] = sum;
    }
}
