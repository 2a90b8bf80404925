/* Reads objects that fit one template: the same literals around values of the same kinds. */

#include <stdint.h>
#include <string.h>

enum kind { LITERAL, UUID, TIMESTAMP, DATE, INTEGER, TEXT, OPTIONAL_TEXT };

enum { UUID_SIZE = 36, DATE_SIZE = 10, TIMESTAMP_SIZE = 20, MOST_DIGITS = 18, LONGEST_TEXT = 96 };

static const uint8_t QUOTE = '"';

/* One part of the template, and the memory for its values, one for each row. A text is written as its code; texts with
 * the same bytes have the same code, counted from 0 in the order in which they are met. */
struct part {
    int64_t kind;
    const uint8_t *text;   /* of a literal */
    int64_t size;          /* of a literal */
    int64_t lowest;        /* of an integer */
    void *values;
    int32_t *table;        /* of texts: `slots` zeros, a power of two that is larger than the number of objects */
    int64_t slots;
    const uint8_t **texts; /* the begin of the text of each code, and its number of bytes */
    int64_t *sizes;
    int64_t codes;         /* number of codes */
};

static int is_digit(uint8_t character)
{
    return (uint8_t)(character - '0') < 10;
}

static int64_t number(const uint8_t *digits, int size)
{
    int64_t value = 0;
    for (int i = 0; i < size; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

/* Returns 1 if a text is written like a pattern, in which every 0 stands for a digit. */
static int is_written_as(const uint8_t *text, const char *pattern, int size)
{
    int wrong = 0;
    for (int i = 0; i < size; i++)
        wrong |= pattern[i] == '0' ? !is_digit(text[i]) : text[i] != (uint8_t)pattern[i];
    return !wrong;
}

/* Days since 1970 of a date of the proleptic Gregorian calendar; returns 0 if there is no such day. */
static int read_days(const uint8_t *text, int64_t *days)
{
    static const int LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const int BEFORE[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int64_t year = number(text, 4), month = number(text + 5, 2), day = number(text + 8, 2);
    if (year < 1 || month < 1 || month > 12)
        return 0;
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day < 1 || day > LENGTHS[month - 1] + (leap && month == 2))
        return 0;
    int64_t past = year - 1;
    *days = past * 365 + past / 4 - past / 100 + past / 400 + BEFORE[month - 1] + (leap && month > 2) + day - 1 - 719162;
    return 1;
}

static int read_date(const uint8_t *text, int32_t *date)
{
    int64_t days;
    if (!is_written_as(text, "0000-00-00", DATE_SIZE) || !read_days(text, &days))
        return 0;
    *date = (int32_t)days;
    return 1;
}

/* Microseconds since 1970. */
static int read_timestamp(const uint8_t *text, int64_t *at)
{
    int64_t days;
    if (!is_written_as(text, "0000-00-00T00:00:00Z", TIMESTAMP_SIZE) || !read_days(text, &days))
        return 0;
    int64_t hour = number(text + 11, 2), minute = number(text + 14, 2), second = number(text + 17, 2);
    *at = (days * 86400 + hour * 3600 + minute * 60 + second) * 1000000;
    return hour < 24 && minute < 60 && second < 60;
}

static int read_uuid(const uint8_t *text, uint8_t *characters)
{
    static const char PATTERN[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    uint8_t wrong = 0;
    for (int i = 0; i < UUID_SIZE; i++) {
        uint8_t digit = (uint8_t)(text[i] - '0') < 10 || (uint8_t)(text[i] - 'a') < 6;
        wrong |= PATTERN[i] == 'x' ? !digit : text[i] != '-';
        characters[i] = text[i];
    }
    return !wrong;
}

/* Returns the number of digits, 0 if there is no integer as the encoder writes it: without a sign or leading zeros. */
static int64_t read_integer(const uint8_t *text, int64_t room, int64_t lowest, int64_t *value)
{
    int size = 0;
    while (size < room && size <= MOST_DIGITS && is_digit(text[size]))
        size++;
    if (size == 0 || size > MOST_DIGITS || (text[0] == '0' && size > 1))
        return 0;
    *value = number(text, size);
    return *value < lowest ? 0 : size;
}

static uint64_t hash(const uint8_t *text, int64_t size)
{
    uint64_t value = (uint64_t)size;
    for (int64_t at = 0; at < size; at += 8) {
        uint64_t word = 0;
        memcpy(&word, text + at, (size_t)(size - at < 8 ? size - at : 8));
        value = (value ^ word) * 0x9E3779B97F4A7C15u;
        value ^= value >> 32;
    }
    return value;
}

static int32_t code_of(struct part *part, const uint8_t *text, int64_t size)
{
    uint64_t slot = hash(text, size) & (uint64_t)(part->slots - 1);
    for (; part->table[slot] != 0; slot = (slot + 1) & (uint64_t)(part->slots - 1)) {
        int32_t code = part->table[slot] - 1;
        if (part->sizes[code] == size && memcmp(part->texts[code], text, (size_t)size) == 0)
            return code;
    }
    part->texts[part->codes] = text;
    part->sizes[part->codes] = size;
    part->table[slot] = (int32_t)++part->codes;
    return part->table[slot] - 1;
}

/* Reads a text with its closing quote; its opening quote belongs to the literal before it. An optional text has both
 * quotes, or is null. Returns the number of bytes, 0 if the text does not end. */
static int64_t read_text(struct part *part, const uint8_t *text, int64_t room, int32_t *code)
{
    static const char NONE[] = "null";
    int64_t optional = part->kind == OPTIONAL_TEXT, size = sizeof NONE - 1;
    if (room <= optional)
        return 0;
    if (optional && text[0] != QUOTE) {
        if (room < size || memcmp(text, NONE, (size_t)size) != 0)
            return 0;
    } else {
        int64_t most = room < LONGEST_TEXT ? room : LONGEST_TEXT;
        const uint8_t *quote = memchr(text + optional, QUOTE, (size_t)(most - optional));
        if (quote == NULL)
            return 0;
        size = quote - text + 1;
    }
    *code = code_of(part, text, size);
    return size;
}

/* Reads one part of an object into a row; returns the number of bytes, 0 if the object differs from the template. */
static int64_t read_part(struct part *part, int64_t row, const uint8_t *text, int64_t room)
{
    switch (part->kind) {
    case LITERAL:
        return room >= part->size && memcmp(text, part->text, (size_t)part->size) == 0 ? part->size : 0;
    case UUID:
        return room >= UUID_SIZE && read_uuid(text, (uint8_t *)part->values + row * UUID_SIZE) ? UUID_SIZE : 0;
    case TIMESTAMP:
        return room >= TIMESTAMP_SIZE && read_timestamp(text, (int64_t *)part->values + row) ? TIMESTAMP_SIZE : 0;
    case DATE:
        return room >= DATE_SIZE && read_date(text, (int32_t *)part->values + row) ? DATE_SIZE : 0;
    case INTEGER:
        return read_integer(text, room, part->lowest, (int64_t *)part->values + row);
    default:
        return read_text(part, text, room, (int32_t *)part->values + row);
    }
}

/* Reads objects, whose bytes end at `ends`. Sets `fits` for those that fit the template from their first byte to their
 * last, and writes the values of these alone. Returns their number. */
int64_t read_rows(const uint8_t *bytes, const int64_t *ends, int64_t count, struct part *parts, int64_t number_of_parts,
                  uint8_t *fits)
{
    const uint8_t *text = bytes;
    int64_t row = 0;
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *end = bytes + ends[i];
        int64_t size = 1;
        for (int64_t p = 0; p < number_of_parts && size != 0; p++) {
            size = read_part(&parts[p], row, text, end - text);
            text += size;
        }
        fits[i] = size != 0 && text == end;
        row += fits[i];
        text = end;
    }
    return row;
}
