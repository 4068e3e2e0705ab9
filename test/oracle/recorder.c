// Runs single user-level instructions on the host CPU: cases on standard input, results on standard output.
// gcc -O1 -o recorder recorder.c
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { CODE = 0x100000, TAKEN = CODE + 0x40, DATA = 0x180000, STACK = 0x200000 };
enum { DATA_BYTES = 256, STACK_BYTES = 64, DATA_BEFORE = 128, STACK_BEFORE = 32 };

// rax rcx rdx rbx rsp rbp rsi rdi r8 to r15, rflags
uint64_t guest[17];
uint64_t host_stack;
uint32_t ended_at;

void enter(void);
void came_through(void);
void was_taken(void);
void faulted(void);

__asm__(
    ".text\n"
    "enter: push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "  mov %rsp, host_stack(%rip)\n"
    "  push guest+128(%rip); popfq\n"
    "  mov guest(%rip), %rax; mov guest+8(%rip), %rcx; mov guest+16(%rip), %rdx; mov guest+24(%rip), %rbx\n"
    "  mov guest+32(%rip), %rsp; mov guest+40(%rip), %rbp; mov guest+48(%rip), %rsi; mov guest+56(%rip), %rdi\n"
    "  mov guest+64(%rip), %r8; mov guest+72(%rip), %r9; mov guest+80(%rip), %r10; mov guest+88(%rip), %r11\n"
    "  mov guest+96(%rip), %r12; mov guest+104(%rip), %r13; mov guest+112(%rip), %r14; mov guest+120(%rip), %r15\n"
    "  jmp *code_address(%rip)\n"
    "was_taken: movl $1, ended_at(%rip)\n"
    "came_through:\n"
    "  mov %rax, guest(%rip); mov %rcx, guest+8(%rip); mov %rdx, guest+16(%rip); mov %rbx, guest+24(%rip)\n"
    "  mov %rsp, guest+32(%rip); mov %rbp, guest+40(%rip); mov %rsi, guest+48(%rip); mov %rdi, guest+56(%rip)\n"
    "  mov %r8, guest+64(%rip); mov %r9, guest+72(%rip); mov %r10, guest+80(%rip); mov %r11, guest+88(%rip)\n"
    "  mov %r12, guest+96(%rip); mov %r13, guest+104(%rip); mov %r14, guest+112(%rip); mov %r15, guest+120(%rip)\n"
    "  mov host_stack(%rip), %rsp\n"
    "  pushfq; pop guest+128(%rip)\n"
    "faulted: mov host_stack(%rip), %rsp; cld\n"
    "  pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n"
    ".data\n"
    "code_address: .quad 0x100000\n"
    ".text\n");

static void on_signal(int number, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  static const int order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                              REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  for (int i = 0; i < 16; i++) guest[i] = registers[order[i]];
  guest[16] = registers[REG_EFL];
  ended_at = 0x100 + registers[REG_TRAPNO];
  registers[REG_RIP] = (greg_t)faulted;
  (void)number;
  (void)info;
}

static void write_exit(uint8_t *to, void (*target)(void)) {
  memcpy(to, "\xff\x25\0\0\0\0", 6);
  memcpy(to + 6, &target, 8);
}

struct __attribute__((packed)) input {
  uint8_t length, code[15];
  uint64_t registers[17];
  uint8_t data[DATA_BYTES], stack[STACK_BYTES];
};

struct __attribute__((packed)) output {
  uint64_t registers[17];
  uint32_t ended_at;
  uint8_t data[DATA_BYTES], stack[STACK_BYTES];
};

static int read_all(void *to, size_t bytes) {
  for (size_t got = 0; got < bytes;) {
    ssize_t count = read(0, (char *)to + got, bytes - got);
    if (count <= 0) return 0;
    got += count;
  }
  return 1;
}

static void map(uintptr_t at, size_t bytes) {
  int prot = PROT_READ | PROT_WRITE | PROT_EXEC;
  void *got = mmap((void *)at, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (got != (void *)at) _exit(2);
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "--cpuid")) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    __get_cpuid(0, &a, &b, &c, &d);
    printf("%.4s%.4s%.4s", (char *)&b, (char *)&d, (char *)&c);
    __get_cpuid(1, &a, &b, &c, &d);
    printf(" %08x\n", a);
    return 0;
  }
  map(CODE, 0x1000);
  map(DATA - 0x1000, 0x2000);
  map(STACK - 0x1000, 0x2000);
  static uint8_t signal_stack[65536];
  sigaltstack(&(stack_t){.ss_sp = signal_stack, .ss_size = sizeof signal_stack}, NULL);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (int i = 0; i < 5; i++) sigaction((int[]){SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGBUS}[i], &action, NULL);
  struct input in;
  struct output out;
  while (read_all(&in, sizeof in)) {
    memset((void *)CODE, 0xcc, 0x80);
    memcpy((void *)CODE, in.code, in.length);
    write_exit((uint8_t *)CODE + in.length, came_through);
    write_exit((uint8_t *)TAKEN, was_taken);
    memcpy((void *)(DATA - DATA_BEFORE), in.data, DATA_BYTES);
    memcpy((void *)(STACK - STACK_BEFORE), in.stack, STACK_BYTES);
    memcpy(guest, in.registers, sizeof guest);
    ended_at = 0;
    enter();
    memcpy(out.registers, guest, sizeof guest);
    out.ended_at = ended_at;
    memcpy(out.data, (void *)(DATA - DATA_BEFORE), DATA_BYTES);
    memcpy(out.stack, (void *)(STACK - STACK_BEFORE), STACK_BYTES);
    if (write(1, &out, sizeof out) != sizeof out) return 1;
  }
  return 0;
}
