// What compilers expect to be there, and the output.
#include "program.h"

char output[0x10000];
uint32_t output_length;

void print(const char *text) {
  while (*text && output_length < sizeof output) output[output_length++] = *text++;
}

void print_number(const char *name, uint64_t value) {
  char text[20] = " 0123456789abcdef\n";
  for (int place = 16; place > 0; place--, value >>= 4) text[place] = "0123456789abcdef"[value & 15];
  print(name);
  print(text);
}

void *memcpy(void *to, const void *from, size_t count) {
  void *begin = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
  return begin;
}

void *memmove(void *to, const void *from, size_t count) {
  if ((uintptr_t)to - (uintptr_t)from >= count) return memcpy(to, from, count);
  for (size_t at = count; at > 0; at--) ((volatile char *)to)[at - 1] = ((const volatile char *)from)[at - 1];
  return to;
}

void *memset(void *to, int byte, size_t count) {
  void *begin = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(byte) : "memory");
  return begin;
}

int memcmp(const void *one, const void *other, size_t count) {
  const volatile unsigned char *a = one, *b = other;
  for (size_t at = 0; at < count; at++) {
    if (a[at] != b[at]) return a[at] - b[at];
  }
  return 0;
}

#ifndef __x86_64__
uint64_t __udivmoddi4(uint64_t value, uint64_t by, uint64_t *rest) {
  uint64_t quotient = 0;
  uint64_t left = 0;
  for (int bit = 63; bit >= 0; bit--) {
    left = left << 1 | (value >> bit & 1);
    quotient <<= 1;
    if (left >= by) {
      left -= by;
      quotient |= 1;
    }
  }
  *rest = left;
  return quotient;
}

uint64_t __udivdi3(uint64_t value, uint64_t by) {
  uint64_t rest;
  return __udivmoddi4(value, by, &rest);
}

uint64_t __umoddi3(uint64_t value, uint64_t by) {
  uint64_t rest;
  __udivmoddi4(value, by, &rest);
  return rest;
}
#endif
