/* é */
int distance(int n, int m) {
    return n + m;
}
