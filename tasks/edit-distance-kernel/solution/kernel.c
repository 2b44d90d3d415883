/* Myers' bit-parallel algorithm (J. ACM 46, 1999) in the form of H. Hyyro (2003).

   A column of the table is kept as its steps from row to row, 64 rows to a word: `up` has a bit for
   each row that is one more than the row above it, `down` for each that is one less. From one column
   to the next `diagonal`, `right_up` and `right_down` are the steps in those directions; what leaves a
   word at its last row enters the next one. Up to four words, which live in registers.
   What both texts begin or end with alike is left out first. */

enum { BLOCKS = LONGEST / 64 };

static unsigned long matches[256 * BLOCKS]; // per letter, in which rows it is; zeros between calls

static int one_word(int start, int end, int rows) {
    unsigned long last = 1ul << ((rows - 1) & 63);
    unsigned long up0 = ~0ul, down0 = 0;
    int score = rows;
    for (int j = start; j < end; j++) {
        int at = second[j & 255] * BLOCKS;
        unsigned long equal, lower, diagonal, right_up, right_down;
        equal = matches[at];
        lower = equal | down0;
        diagonal = (((equal & up0) + up0) ^ up0) | equal;
        right_up = down0 | ~(diagonal | up0);
        right_down = up0 & diagonal;
        score += (right_up & last) != 0;
        score -= (right_down & last) != 0;
        right_up = right_up << 1 | 1;
        right_down = right_down << 1;
        up0 = right_down | ~(lower | right_up);
        down0 = right_up & lower;
    }
    return score;
}

static int two_words(int start, int end, int rows) {
    unsigned long last = 1ul << ((rows - 1) & 63);
    unsigned long up0 = ~0ul, down0 = 0;
    unsigned long up1 = ~0ul, down1 = 0;
    int score = rows;
    for (int j = start; j < end; j++) {
        int at = second[j & 255] * BLOCKS;
        unsigned long equal, lower, diagonal, right_up, right_down;
        unsigned long plus, minus;

        equal = matches[at];
        lower = equal | down0;
        diagonal = (((equal & up0) + up0) ^ up0) | equal;
        right_up = down0 | ~(diagonal | up0);
        right_down = up0 & diagonal;
        plus = right_up >> 63;
        minus = right_down >> 63;
        right_up = right_up << 1 | 1;
        right_down = right_down << 1;
        up0 = right_down | ~(lower | right_up);
        down0 = right_up & lower;

        equal = matches[at + 1];
        lower = equal | down1;
        equal |= minus;
        diagonal = (((equal & up1) + up1) ^ up1) | equal;
        right_up = down1 | ~(diagonal | up1);
        right_down = up1 & diagonal;
        score += (right_up & last) != 0;
        score -= (right_down & last) != 0;
        right_up = right_up << 1 | plus;
        right_down = right_down << 1 | minus;
        up1 = right_down | ~(lower | right_up);
        down1 = right_up & lower;
    }
    return score;
}

static int three_words(int start, int end, int rows) {
    unsigned long last = 1ul << ((rows - 1) & 63);
    unsigned long up0 = ~0ul, down0 = 0;
    unsigned long up1 = ~0ul, down1 = 0;
    unsigned long up2 = ~0ul, down2 = 0;
    int score = rows;
    for (int j = start; j < end; j++) {
        int at = second[j & 255] * BLOCKS;
        unsigned long equal, lower, diagonal, right_up, right_down;
        unsigned long plus, minus, next_plus, next_minus;

        equal = matches[at];
        lower = equal | down0;
        diagonal = (((equal & up0) + up0) ^ up0) | equal;
        right_up = down0 | ~(diagonal | up0);
        right_down = up0 & diagonal;
        plus = right_up >> 63;
        minus = right_down >> 63;
        right_up = right_up << 1 | 1;
        right_down = right_down << 1;
        up0 = right_down | ~(lower | right_up);
        down0 = right_up & lower;

        equal = matches[at + 1];
        lower = equal | down1;
        equal |= minus;
        diagonal = (((equal & up1) + up1) ^ up1) | equal;
        right_up = down1 | ~(diagonal | up1);
        right_down = up1 & diagonal;
        next_plus = right_up >> 63;
        next_minus = right_down >> 63;
        right_up = right_up << 1 | plus;
        right_down = right_down << 1 | minus;
        plus = next_plus;
        minus = next_minus;
        up1 = right_down | ~(lower | right_up);
        down1 = right_up & lower;

        equal = matches[at + 2];
        lower = equal | down2;
        equal |= minus;
        diagonal = (((equal & up2) + up2) ^ up2) | equal;
        right_up = down2 | ~(diagonal | up2);
        right_down = up2 & diagonal;
        score += (right_up & last) != 0;
        score -= (right_down & last) != 0;
        right_up = right_up << 1 | plus;
        right_down = right_down << 1 | minus;
        up2 = right_down | ~(lower | right_up);
        down2 = right_up & lower;
    }
    return score;
}

static int four_words(int start, int end, int rows) {
    unsigned long last = 1ul << ((rows - 1) & 63);
    unsigned long up0 = ~0ul, down0 = 0;
    unsigned long up1 = ~0ul, down1 = 0;
    unsigned long up2 = ~0ul, down2 = 0;
    unsigned long up3 = ~0ul, down3 = 0;
    int score = rows;
    for (int j = start; j < end; j++) {
        int at = second[j & 255] * BLOCKS;
        unsigned long equal, lower, diagonal, right_up, right_down;
        unsigned long plus, minus, next_plus, next_minus;

        equal = matches[at];
        lower = equal | down0;
        diagonal = (((equal & up0) + up0) ^ up0) | equal;
        right_up = down0 | ~(diagonal | up0);
        right_down = up0 & diagonal;
        plus = right_up >> 63;
        minus = right_down >> 63;
        right_up = right_up << 1 | 1;
        right_down = right_down << 1;
        up0 = right_down | ~(lower | right_up);
        down0 = right_up & lower;

        equal = matches[at + 1];
        lower = equal | down1;
        equal |= minus;
        diagonal = (((equal & up1) + up1) ^ up1) | equal;
        right_up = down1 | ~(diagonal | up1);
        right_down = up1 & diagonal;
        next_plus = right_up >> 63;
        next_minus = right_down >> 63;
        right_up = right_up << 1 | plus;
        right_down = right_down << 1 | minus;
        plus = next_plus;
        minus = next_minus;
        up1 = right_down | ~(lower | right_up);
        down1 = right_up & lower;

        equal = matches[at + 2];
        lower = equal | down2;
        equal |= minus;
        diagonal = (((equal & up2) + up2) ^ up2) | equal;
        right_up = down2 | ~(diagonal | up2);
        right_down = up2 & diagonal;
        next_plus = right_up >> 63;
        next_minus = right_down >> 63;
        right_up = right_up << 1 | plus;
        right_down = right_down << 1 | minus;
        plus = next_plus;
        minus = next_minus;
        up2 = right_down | ~(lower | right_up);
        down2 = right_up & lower;

        equal = matches[at + 3];
        lower = equal | down3;
        equal |= minus;
        diagonal = (((equal & up3) + up3) ^ up3) | equal;
        right_up = down3 | ~(diagonal | up3);
        right_down = up3 & diagonal;
        score += (right_up & last) != 0;
        score -= (right_down & last) != 0;
        right_up = right_up << 1 | plus;
        right_down = right_down << 1 | minus;
        up3 = right_down | ~(lower | right_up);
        down3 = right_up & lower;
    }
    return score;
}
int distance(int n, int m) {
    int start = 0;
    while (start < n && start < m && first[start & 255] == second[start & 255]) {
        start++;
    }
    while (n > start && m > start && first[(n - 1) & 255] == second[(m - 1) & 255]) {
        n--;
        m--;
    }
    int rows = n - start;
    if (rows == 0 || m == start) {
        return rows + m - start;
    }
    for (int word = 0, i = start; i < n; word++) {
        int end = n < i + 64 ? n : i + 64;
        for (unsigned long bit = 1; i < end; bit <<= 1) {
            matches[first[i++ & 255] * BLOCKS + (word & 3)] |= bit;
        }
    }
    int found;
    if (rows <= 64) {
        found = one_word(start, m, rows);
    } else if (rows <= 128) {
        found = two_words(start, m, rows);
    } else if (rows <= 192) {
        found = three_words(start, m, rows);
    } else {
        found = four_words(start, m, rows);
    }
    for (int word = 0, i = start; i < n; word++) {
        int end = n < i + 64 ? n : i + 64;
        while (i < end) {
            matches[first[i++ & 255] * BLOCKS + (word & 3)] = 0;
        }
    }
    return found;
}
