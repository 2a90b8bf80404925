/* Reads the identifiers in the names of objects. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 16 };

static const char HYPHEN = '-';

/* Places in the 36 characters of an identifier: of the two digits of each byte, and of the hyphens. */
static const uint8_t DIGITS[BYTES] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
static const uint8_t HYPHENS[] = {8, 13, 18, 23};

/* One more than the value of a hexadecimal digit; 0 for any other character. */
static const uint8_t VALUES[256] = {
    ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
    ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* Returns 0 if the text is not an identifier in its canonical form. */
static int read_identifier(const uint8_t *text, uint8_t *identifier)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof HYPHENS; i++)
        wrong |= text[HYPHENS[i]] != HYPHEN;
    for (int i = 0; i < BYTES; i++) {
        unsigned high = VALUES[text[DIGITS[i]]], low = VALUES[text[DIGITS[i] + 1]];
        wrong |= high == 0 || low == 0;
        identifier[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    return wrong == 0;
}

static int compare(const void *first, const void *second)
{
    return memcmp(first, second, BYTES);
}

/* Reads names that consist of `before`, an identifier and `after`, which contains the zero that ends a name. The names of
 * folder f end at ends[f]. Writes the identifiers, sorted in each folder. Returns 0 if any name differs from that. */
int64_t identifiers_of_names(const uint8_t *names, const int64_t *ends, int64_t folders, const uint8_t *before,
                             int64_t before_size, const uint8_t *after, int64_t after_size, uint8_t *identifiers)
{
    const int64_t text_size = 36, size = before_size + text_size + after_size;
    int64_t at = 0;
    for (int64_t f = 0; f < folders; f++) {
        uint8_t *first = identifiers;
        if ((ends[f] - at) % size != 0)
            return 0;
        for (; at < ends[f]; at += size, identifiers += BYTES) {
            const uint8_t *text = names + at + before_size;
            if (memcmp(names + at, before, (size_t)before_size) != 0 ||
                memcmp(text + text_size, after, (size_t)after_size) != 0 || !read_identifier(text, identifiers))
                return 0;
        }
        qsort(first, (size_t)(identifiers - first) / BYTES, BYTES, compare);
    }
    return 1;
}
