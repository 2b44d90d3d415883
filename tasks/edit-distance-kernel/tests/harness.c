/* Calls the kernel for each pair on standard input and writes the distances to standard output.

   It has no library: what the kernel does is nearly all that this program does. A pair is the two
   lengths, two bytes each, least first, and then both texts, each filled up to LONGEST bytes. */
#include "prelude.h"

unsigned char first[LONGEST], second[LONGEST];
int present = 1; /* without data of its own valgrind would not read the program's line numbers */

enum { READ = 0, WRITE = 1, EXIT = 231 }; /* system calls of x86-64 */

static long call(long number, long one, long two, long three) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(one), "S"(two), "d"(three)
                     : "rcx", "r11", "memory");
    return result;
}

__asm__(".globl _start\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    and $-16, %rsp\n"
        "    call run\n");

/* Compilers call these three in programs without a library too. */
void *memset(void *to, int value, unsigned long count) {
    unsigned char *at = to;
    while (count-- > 0) {
        *at++ = value;
    }
    return to;
}

void *memcpy(void *to, const void *from, unsigned long count) {
    unsigned char *at = to;
    const unsigned char *next = from;
    while (count-- > 0) {
        *at++ = *next++;
    }
    return to;
}

void *memmove(void *to, const void *from, unsigned long count) {
    unsigned char *at = to;
    const unsigned char *next = from;
    if (at <= next) {
        return memcpy(to, from, count);
    }
    while (count-- > 0) {
        at[count] = next[count];
    }
    return to;
}

void run(void) {
    unsigned char lengths[4];
    while (call(READ, 0, (long)lengths, 4) == 4) {
        call(READ, 0, (long)first, LONGEST);
        call(READ, 0, (long)second, LONGEST);
        int found = distance(lengths[0] | lengths[1] << 8, lengths[2] | lengths[3] << 8);
        call(WRITE, 1, (long)&found, 4);
    }
    call(EXIT, 0, 0, 0);
}
