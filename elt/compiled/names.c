/* Reads the identifiers in the names of objects. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 16, NO_DIGIT = 16 };

static const char HYPHEN = '-';

/* How the 36 characters of an identifier are written: where one byte has its two digits, and hyphens between. */
static const uint8_t DIGITS[BYTES] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
static const uint8_t HYPHENS[] = {8, 13, 18, 23};

/* Returns the value of a hexadecimal digit, NO_DIGIT or more for any other character. */
static unsigned value_of(uint8_t character)
{
    unsigned decimal = (unsigned)character - '0', letter = (unsigned)character - 'a';
    return decimal < 10 ? decimal : letter < 6 ? letter + 10 : NO_DIGIT;
}

/* Returns 0 if the text is no identifier in its canonical form. */
static int read_identifier(const uint8_t *text, uint8_t *identifier)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof HYPHENS; i++)
        wrong |= text[HYPHENS[i]] != HYPHEN;
    for (int i = 0; i < BYTES; i++) {
        unsigned high = value_of(text[DIGITS[i]]), low = value_of(text[DIGITS[i] + 1]);
        wrong |= (high | low) & NO_DIGIT;
        identifier[i] = (uint8_t)(high << 4 | low);
    }
    return wrong == 0;
}

static int compare(const void *first, const void *second)
{
    return memcmp(first, second, BYTES);
}

/* Reads names that are `before`, an identifier, and `behind`; the zero that ends a name belongs to what is behind.
 * Those of folder f end at ends[f]. Writes the identifiers, sorted in each folder. Returns 0 if any name is another. */
int64_t identifiers_of_names(const uint8_t *names, const int64_t *ends, int64_t folders, const uint8_t *before,
                             int64_t before_size, const uint8_t *behind, int64_t behind_size, uint8_t *identifiers)
{
    const int64_t text_size = 36, size = before_size + text_size + behind_size;
    int64_t at = 0;
    for (int64_t f = 0; f < folders; f++) {
        uint8_t *first = identifiers;
        if ((ends[f] - at) % size != 0)
            return 0;
        for (; at < ends[f]; at += size, identifiers += BYTES) {
            const uint8_t *text = names + at + before_size;
            if (memcmp(names + at, before, (size_t)before_size) != 0 ||
                memcmp(text + text_size, behind, (size_t)behind_size) != 0 || !read_identifier(text, identifiers))
                return 0;
        }
        qsort(first, (size_t)(identifiers - first) / BYTES, BYTES, compare);
    }
    return 1;
}
