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

/* Takes the text of each object from at[i] on, its closing quote included, with zeros behind. An optional text begins
 * with its opening quote, and is null without one. Notes the length of each, and of which no end was found in `width`
 * bytes. */
void windows_of_texts(const uint8_t *restrict bytes, const int64_t *restrict at, int64_t count, int64_t last,
                      int64_t width, int64_t optional, uint8_t *restrict rows, int64_t *restrict lengths,
                      uint8_t *restrict endless)
{
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *from = bytes + (at[i] < last ? at[i] : last);
        uint8_t *row = rows + i * width;
        int64_t length = sizeof "null" - 1;
        endless[i] = 0;
        if (!optional || from[0] == QUOTE) {
            const uint8_t *quote = memchr(from + optional, QUOTE, (size_t)(width - optional));
            endless[i] = quote == NULL;
            length = quote == NULL ? width : quote - from + 1;
        }
        lengths[i] = length;
        memcpy(row, from, (size_t)length);
        memset(row + length, 0, (size_t)(width - length));
    }
}
