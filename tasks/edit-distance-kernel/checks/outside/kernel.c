static int t[4];
int distance(int n, int m) {
    return t[n + m];
}
