/*
 * A file system that passes everything on to a directory, except what a plan says: for tests of what becomes of a
 * program whose storage fails or hangs. It is a real one (FUSE): who waits for it sleeps in the kernel, where no signal
 * reaches him, as with a dead disk or NFS server.
 *
 *     fault-fs DIRECTORY PLAN LOG MOUNT-POINT [FUSE-OPTION...]
 *
 * PLAN is looked at before every call; each line is
 *
 *     CALL WHAT [SKIP [COUNT]]
 *
 *   CALL  the name under which calls are written to LOG, or * for any
 *   WHAT  an errno's name; "torn": the first write keeps half of its bytes, the others fail with ENOSPC; "hang": the
 *         call waits until no line says so any more
 *   SKIP  so many calls that the line is about pass before it counts; counted from the last change of PLAN
 *   COUNT it counts for so many calls; without it: for all that come
 */
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int top, log_fd;
static const char *plan_path;

#define RULES 32
static struct rule {
	char call[16], what[16];
	long skip, count;
	int torn;
} rules[RULES];
static int rule_count;
static struct timespec plan_time;
static ino_t plan_inode;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const struct { const char *name; int number; } ERRORS[] = {
	{"EACCES", EACCES}, {"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EROFS", EROFS}, {"ENODEV", ENODEV}, {"ESTALE", ESTALE},
};

static int number_of(const char *name)
{
	for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++)
		if (!strcmp(ERRORS[i].name, name))
			return ERRORS[i].number;
	fprintf(stderr, "fault-fs: %s is no error that it knows\n", name);
	abort();
}

static void read_plan(void)
{
	struct stat now;
	FILE *file = fopen(plan_path, "r");

	if (!file || fstat(fileno(file), &now)) {
		rule_count = 0;
		plan_inode = 0;
	} else if (now.st_ino != plan_inode || memcmp(&now.st_mtim, &plan_time, sizeof plan_time)) {
		char line[80];
		plan_inode = now.st_ino;
		plan_time = now.st_mtim;
		for (rule_count = 0; rule_count < RULES && fgets(line, sizeof line, file);) {
			struct rule *rule = &rules[rule_count];
			rule->skip = rule->torn = 0;
			rule->count = LONG_MAX;
			if (sscanf(line, "%15s %15s %ld %ld", rule->call, rule->what, &rule->skip, &rule->count) >= 2)
				rule_count++;
		}
	}
	if (file)
		fclose(file);
}

enum { PASS = 0, TEAR = -100000, HANG = -100001 };

/* What is to become of a call: PASS, TEAR, HANG or a negative errno. */
static int verdict(const char *call, int first)
{
	int result = PASS;

	pthread_mutex_lock(&lock);
	read_plan();
	for (int i = 0; i < rule_count && result == PASS; i++) {
		struct rule *rule = &rules[i];
		if (rule->count <= 0 || (strcmp(rule->call, "*") && strcmp(rule->call, call)))
			continue;
		if (rule->skip > 0) {
			rule->skip -= first;
			continue;
		}
		rule->count--;
		if (!strcmp(rule->what, "hang"))
			result = HANG;
		else if (!strcmp(rule->what, "torn"))
			result = rule->torn++ ? -ENOSPC : TEAR;
		else
			result = -number_of(rule->what);
	}
	pthread_mutex_unlock(&lock);
	return result;
}

static int fault(const char *call, const char *path)
{
	int result;

	dprintf(log_fd, "%s %s\n", call, path);
	for (int first = 1; (result = verdict(call, first)) == HANG; first = 0)
		usleep(5000);
	return result;
}

#define CHECK(call) \
	do { \
		int fault_ = fault(call, path); \
		if (fault_ && fault_ != TEAR) \
			return fault_; \
	} while (0)
#define RESULT(value) ((value) == -1 ? -errno : 0)

static const char *below(const char *path)
{
	return path[1] ? path + 1 : ".";
}

static int do_getattr(const char *path, struct stat *stats, struct fuse_file_info *file)
{
	CHECK("getattr");
	return RESULT(file ? fstat(file->fh, stats) : fstatat(top, below(path), stats, AT_SYMLINK_NOFOLLOW));
}

static int do_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *file,
		      enum fuse_readdir_flags flags)
{
	CHECK("readdir");
	DIR *dir = fdopendir(openat(top, below(path), O_RDONLY | O_DIRECTORY));
	if (!dir)
		return -errno;
	for (struct dirent *entry; (entry = readdir(dir));)
		fill(buffer, entry->d_name, NULL, 0, 0);
	closedir(dir);
	return 0;
}

static int do_mkdir(const char *path, mode_t mode)
{
	CHECK("mkdir");
	return RESULT(mkdirat(top, below(path), mode));
}

static int do_unlink(const char *path)
{
	CHECK("unlink");
	return RESULT(unlinkat(top, below(path), 0));
}

static int do_rmdir(const char *path)
{
	CHECK("rmdir");
	return RESULT(unlinkat(top, below(path), AT_REMOVEDIR));
}

static int do_rename(const char *path, const char *to, unsigned flags)
{
	CHECK("rename");
	return flags ? -EINVAL : RESULT(renameat(top, below(path), top, below(to)));
}

static int do_open(const char *path, struct fuse_file_info *file)
{
	CHECK("open");
	int fd = openat(top, below(path), file->flags);
	file->fh = fd;
	file->direct_io = 1;
	return RESULT(fd);
}

static int do_create(const char *path, mode_t mode, struct fuse_file_info *file)
{
	CHECK("create");
	int fd = openat(top, below(path), file->flags | O_CREAT, mode);
	file->fh = fd;
	file->direct_io = 1;
	return RESULT(fd);
}

static int do_read(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *file)
{
	CHECK("read");
	ssize_t got = pread(file->fh, buffer, size, offset);
	return got < 0 ? -errno : got;
}

static int do_write(const char *path, const char *buffer, size_t size, off_t offset, struct fuse_file_info *file)
{
	int result = fault("write", path);
	if (result && result != TEAR)
		return result;
	ssize_t got = pwrite(file->fh, buffer, result == TEAR && size > 1 ? size / 2 : size, offset);
	return got < 0 ? -errno : got;
}

static int do_truncate(const char *path, off_t size, struct fuse_file_info *file)
{
	CHECK("truncate");
	int fd = file ? (int)file->fh : openat(top, below(path), O_WRONLY);
	int result = fd < 0 ? -errno : RESULT(ftruncate(fd, size));
	if (!file && fd >= 0)
		close(fd);
	return result;
}

static int do_fsync(const char *path, int data_only, struct fuse_file_info *file)
{
	CHECK("fsync");
	return RESULT(data_only ? fdatasync(file->fh) : fsync(file->fh));
}

static int do_fsyncdir(const char *path, int data_only, struct fuse_file_info *file)
{
	CHECK("fsyncdir");
	return 0;
}

static int do_release(const char *path, struct fuse_file_info *file)
{
	close(file->fh);
	return 0;
}

static void *do_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
	config->attr_timeout = config->entry_timeout = config->negative_timeout = 0;
	return NULL;
}

static const struct fuse_operations OPERATIONS = {
	.init = do_init,	 .getattr = do_getattr, .readdir = do_readdir, .mkdir = do_mkdir,
	.unlink = do_unlink,	 .rmdir = do_rmdir,	.rename = do_rename,   .open = do_open,
	.create = do_create,	 .read = do_read,	.write = do_write,     .truncate = do_truncate,
	.fsync = do_fsync,	 .fsyncdir = do_fsyncdir, .release = do_release,
};

int main(int argc, char **argv)
{
	if (argc < 5) {
		fprintf(stderr, "usage: %s DIRECTORY PLAN LOG MOUNT-POINT [FUSE-OPTION...]\n", argv[0]);
		return 2;
	}
	umask(0);
	top = open(argv[1], O_RDONLY | O_DIRECTORY);
	plan_path = argv[2];
	log_fd = open(argv[3], O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (top < 0 || log_fd < 0) {
		perror(argv[0]);
		return 1;
	}
	argv[3] = argv[0];
	return fuse_main(argc - 3, argv + 3, &OPERATIONS, NULL);
}
