/* The Levenshtein distance of first[0 .. n - 1] and second[0 .. m - 1], 0 <= n, m <= LONGEST.

   Dynamic programming in a band around the diagonal of the table: a distance up to `limit` never
   leaves it. If the result is larger than that, the band was too narrow, and a wider one follows. */

enum {
    FIRST_LIMIT = 200, // tunable: half the width of the first band
    GROWTH = 100, // tunable: in per cent, by how much a band is wider than the one before
    ROW = LONGEST + 1
};

static int table[ROW * ROW];

static int smaller(int x, int y) {
    return x < y ? x : y;
}

static int larger(int x, int y) {
    return x > y ? x : y;
}

/* Fill the table where |i - j| <= limit; all beside that counts as far away. */
static int within(int n, int m, int limit) {
    int far = 2 * LONGEST;
    for (int i = 0; i <= n; i++) {
        int low = larger(0, i - limit);
        int high = smaller(m, i + limit);
        for (int j = low; j <= high; j++) {
            int best = far;
            if (i == 0) {
                best = j;
            } else if (j == 0) {
                best = i;
            } else {
                best = table[(i - 1) * ROW + j - 1] + (first[i - 1] != second[j - 1]);
                if (j > i - limit) {
                    best = smaller(best, table[i * ROW + j - 1] + 1);
                }
                if (j < i + limit) {
                    best = smaller(best, table[(i - 1) * ROW + j] + 1);
                }
            }
            table[i * ROW + j] = best;
        }
    }
    return table[n * ROW + m];
}

int distance(int n, int m) {
    int limit = larger(FIRST_LIMIT, larger(n - m, m - n));
    for (;;) {
        int found = within(n, m, limit);
        if (found <= limit || limit >= larger(n, m)) {
            return found;
        }
        limit = limit + limit * GROWTH / 100 + 1;
    }
}
