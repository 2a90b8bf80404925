/* Lists and reads the many small files of a folder.
 *
 * The functions do not use Python: they are called through ctypes, and other threads run at the same time. They do the
 * ordinary case alone and leave the rest to the caller, which can explain what is wrong.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_NAME = 255 };

static int is_folder(int parent, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(parent, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

/* Writes the names in a folder, each with its final zero. Returns the number of bytes; -1 if they need more than `room`
 * (ERANGE), if the folder contains another (EISDIR), or if it cannot be read. */
static int64_t list_folder(DIR *folder, char *into, int64_t room)
{
    int64_t at = 0;
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 ? at : -1;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        int64_t size = (int64_t)strlen(entry->d_name) + 1;
        errno = is_folder(dirfd(folder), entry) ? EISDIR : size > room - at ? ERANGE : 0;
        if (errno != 0)
            return -1;
        memcpy(into + at, entry->d_name, (size_t)size);
        at += size;
    }
}

/* Writes the names in folders, folder after folder, and the offset at which those of each end. Returns the number of
 * folders before the first that could not be listed; errno says why (see list_folder). */
int64_t list_folders(const char *const *folders, int64_t count, char *into, int64_t room, int64_t *ends)
{
    int64_t at = 0;
    for (int64_t f = 0; f < count; f++) {
        DIR *folder = opendir(folders[f]);
        if (folder == NULL)
            return f;
        int64_t size = list_folder(folder, into + at, room - at);
        int error = errno;
        closedir(folder);
        errno = error;
        if (size < 0)
            return f;
        ends[f] = at += size;
    }
    return count;
}

/* Receives the bytes of files, one after another from offset `at` on, and the end offset of each. */
struct buffer {
    uint8_t *bytes;
    int64_t at;
    int64_t size;
    int64_t *ends;
};

/* Returns the number of bytes read; -1 if it is no file, has `most` bytes or more, or could not be opened or read. */
static int64_t read_file(int folder, const char *name, uint8_t *into, int64_t most)
{
    struct stat status;
    /* Looked at before it is opened, because opening a device may have effects. */
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode) || status.st_size >= most)
        return -1;
    /* Follows no link, because it may lead out of the folder; does not wait for a pipe. */
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return -1;
    int64_t size = read(file, into, (size_t)most);
    close(file);
    return size;
}

/* Reads the files of one folder with the numbers from `done` up to `end`; returns the first that was not read. */
static int64_t read_folder(const char *path, const char *names, int64_t width, int64_t done, int64_t end,
                           int64_t most, struct buffer *buffer)
{
    char name[LONGEST_NAME + 1];
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return done;
    name[width] = '\0';
    for (; done < end && buffer->size - buffer->at >= most; done++) {
        memcpy(name, names + done * width, (size_t)width);
        int64_t size = read_file(folder, name, buffer->bytes + buffer->at, most);
        if (size < 0 || size == most)
            break;
        buffer->at += size;
        buffer->ends[done] = buffer->at;
    }
    close(folder);
    return done;
}

/* Reads files with the numbers from `done` on. The files of folder f have numbers below folder_ends[f]; all names have
 * `width` characters. Returns the number of the first file that was not read, because it cannot be read, has `most`
 * bytes or more, or the buffer has less space than that; the number of files if all were read. */
int64_t read_files(const char *const *folders, const int64_t *folder_ends, int64_t count, const char *names,
                   int64_t width, int64_t done, int64_t most, uint8_t *bytes, int64_t at, int64_t size, int64_t *ends)
{
    struct buffer buffer = {bytes, at, size, ends};
    for (int64_t f = 0; f < count && width <= LONGEST_NAME; f++) {
        if (done < folder_ends[f])
            done = read_folder(folders[f], names, width, done, folder_ends[f], most, &buffer);
        if (done < folder_ends[f])
            break;
    }
    return done;
}
