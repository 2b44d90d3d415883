static int *p;
int distance(int n, int m) {
    return p[n];
}
