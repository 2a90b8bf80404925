/* Reads objects that all have one form: the same text around values of the same kinds. */

#include <stdint.h>
#include <string.h>

enum kind { LITERAL, UUID, TIMESTAMP, DATE, INTEGER, TEXT, OPTIONAL_TEXT };

enum { UUID_SIZE = 36, DATE_SIZE = 10, TIMESTAMP_SIZE = 20, MOST_DIGITS = 18, LONGEST_TEXT = 96 };

static const uint8_t QUOTE = '"';

/* One part of the form, and where its values are written, one for each row. A text is written as its code; texts with
 * the same bytes have the same code, from 0 on in the order in which they are met. */
struct part {
    int64_t kind;
    const uint8_t *text;   /* of a literal */
    int64_t size;          /* of a literal */
    int64_t lowest;        /* of an integer */
    void *values;
    int32_t *table;        /* of texts: `slots` zeros, a power of two that is larger than the number of objects */
    int64_t slots;
    const uint8_t **texts; /* where the text of each code begins, and how many bytes it has */
    int64_t *sizes;
    int64_t known;         /* number of codes */
};

static int is_digit(uint8_t character)
{
    return (uint8_t)(character - '0') < 10;
}

static int64_t number(const uint8_t *digits, int size)
{
    int64_t found = 0;
    for (int i = 0; i < size; i++)
        found = found * 10 + (digits[i] - '0');
    return found;
}

/* Tells whether a text has the form of another, in which every 0 stands for a digit. */
static int has_form(const uint8_t *text, const char *form, int size)
{
    int wrong = 0;
    for (int i = 0; i < size; i++)
        wrong |= form[i] == '0' ? !is_digit(text[i]) : text[i] != (uint8_t)form[i];
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
    if (!has_form(text, "0000-00-00", DATE_SIZE) || !read_days(text, &days))
        return 0;
    *date = (int32_t)days;
    return 1;
}

/* Microseconds since 1970. */
static int read_timestamp(const uint8_t *text, int64_t *at)
{
    int64_t days;
    if (!has_form(text, "0000-00-00T00:00:00Z", TIMESTAMP_SIZE) || !read_days(text, &days))
        return 0;
    int64_t hour = number(text + 11, 2), minute = number(text + 14, 2), second = number(text + 17, 2);
    *at = (days * 86400 + hour * 3600 + minute * 60 + second) * 1000000;
    return hour < 24 && minute < 60 && second < 60;
}

static int read_uuid(const uint8_t *text, uint8_t *characters)
{
    static const char FORM[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    uint8_t wrong = 0;
    for (int i = 0; i < UUID_SIZE; i++) {
        uint8_t digit = (uint8_t)(text[i] - '0') < 10 || (uint8_t)(text[i] - 'a') < 6;
        wrong |= FORM[i] == 'x' ? !digit : text[i] != '-';
        characters[i] = text[i];
    }
    return !wrong;
}

/* Returns the number of digits, 0 if it is no integer as it is written: no sign, no zero in front. */
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
    uint64_t found = (uint64_t)size;
    for (int64_t at = 0; at < size; at += 8) {
        uint64_t word = 0;
        memcpy(&word, text + at, (size_t)(size - at < 8 ? size - at : 8));
        found = (found ^ word) * 0x9E3779B97F4A7C15u;
        found ^= found >> 32;
    }
    return found;
}

static int32_t code_of(struct part *part, const uint8_t *text, int64_t size)
{
    uint64_t slot = hash(text, size) & (uint64_t)(part->slots - 1);
    for (; part->table[slot] != 0; slot = (slot + 1) & (uint64_t)(part->slots - 1)) {
        int32_t code = part->table[slot] - 1;
        if (part->sizes[code] == size && memcmp(part->texts[code], text, (size_t)size) == 0)
            return code;
    }
    part->texts[part->known] = text;
    part->sizes[part->known] = size;
    part->table[slot] = (int32_t)++part->known;
    return part->table[slot] - 1;
}

/* Reads a text up to its closing quote and with it; its opening quote belongs to the literal before. An optional text
 * begins with its own, or is null. Returns the number of bytes, 0 if there is no end. */
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

/* Reads one part of an object, which becomes a row; returns the number of bytes, 0 if something else is there. */
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

/* Reads objects, the bytes of which end at `ends`. Notes which of them have the form from their first byte to their
 * last, and writes the values of these alone. Returns their number. */
int64_t read_rows(const uint8_t *bytes, const int64_t *ends, int64_t count, struct part *parts, int64_t number_of_parts,
                  uint8_t *proven)
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
        proven[i] = size != 0 && text == end;
        row += proven[i];
        text = end;
    }
    return row;
}
