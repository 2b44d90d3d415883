/* What stands before kernel.c when it is compiled. */
enum { LONGEST = 256 };
extern unsigned char first[LONGEST], second[LONGEST];
int distance(int n, int m);
