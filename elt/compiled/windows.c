/* Takes the same part of many objects, which lie one after another in memory: one row for each object. */

#include <stdint.h>
#include <string.h>

static const uint8_t QUOTE = '"';

/* Takes `width` bytes of each object from at[i] on, and notes of which objects one of them is outside of its bounds, the
 * lowest byte and the span above it. No window begins behind `last`, from where a whole one can be taken. */
void windows_within(const uint8_t *restrict bytes, const int64_t *restrict at, int64_t count, int64_t last,
                    int64_t width, const uint8_t *restrict lowest, const uint8_t *restrict span,
                    uint8_t *restrict rows, uint8_t *restrict outside)
{
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *from = bytes + (at[i] < last ? at[i] : last);
        uint8_t *row = rows + i * width;
        uint8_t found = 0;
        for (int64_t j = 0; j < width; j++) {
            row[j] = from[j];
            /* Less than the lowest becomes more than any span. */
            found |= (uint8_t)(from[j] - lowest[j]) > span[j];
        }
        outside[i] = found;
    }
}

static uint64_t hash(const uint8_t *text, int64_t length)
{
    uint64_t found = (uint64_t)length;
    for (int64_t at = 0; at < length; at += 8) {
        uint64_t word = 0;
        memcpy(&word, text + at, (size_t)(length - at < 8 ? length - at : 8));
        found = (found ^ word) * 0x9E3779B97F4A7C15u;
        found ^= found >> 32;
    }
    return found;
}

/* Looks at the text of each object from at[i] on, up to its closing quote and with it. An optional text begins with its
 * opening quote, and is null without one. Notes the length of each, and of which no end was found in `width` bytes;
 * these count as texts of that many bytes. Equal texts get one code: the place of the first of them in `firsts`. The
 * table has `slots` zeros, a power of two that is larger than `count`. Returns the number of codes. */
int64_t codes_of_texts(const uint8_t *restrict bytes, const int64_t *restrict at, int64_t count, int64_t last,
                       int64_t width, int64_t optional, int64_t slots, int32_t *restrict table,
                       int32_t *restrict codes, int64_t *restrict lengths, uint8_t *restrict endless,
                       int64_t *restrict firsts)
{
    int32_t known = 0;
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *text = bytes + (at[i] < last ? at[i] : last);
        int64_t length = sizeof "null" - 1;
        endless[i] = 0;
        if (!optional || text[0] == QUOTE) {
            const uint8_t *quote = memchr(text + optional, QUOTE, (size_t)(width - optional));
            endless[i] = quote == NULL;
            length = quote == NULL ? width : quote - text + 1;
        }
        lengths[i] = length;
        uint64_t slot = hash(text, length) & (uint64_t)(slots - 1);
        for (; table[slot] != 0; slot = (slot + 1) & (uint64_t)(slots - 1)) {
            int64_t first = firsts[table[slot] - 1];
            const uint8_t *other = bytes + (at[first] < last ? at[first] : last);
            if (lengths[first] == length && memcmp(other, text, (size_t)length) == 0)
                break;
        }
        if (table[slot] == 0) {
            firsts[known] = i;
            table[slot] = ++known;
        }
        codes[i] = table[slot] - 1;
    }
    return known;
}
