/*
 * A shim between User Mode Linux 6.1 and hosts whose XSAVE area is larger than UML's (AMX: 11008 bytes, UML: 2696).
 *
 * UML restores the floating point state of its processes with PTRACE_SETREGSET(NT_X86_XSTATE) from a buffer of fixed
 * size, and the host's xstateregs_set() (arch/x86/kernel/fpu/regset.c) refuses every size but its own with EFAULT: UML
 * then dies with "userspace - ptrace set fp regs failed, errno = 14". Here the caller's bytes are copied into a zeroed
 * buffer of the host's size, and the bits of components that the caller's buffer cannot hold are cleared in XSTATE_BV
 * (Intel SDM vol. 1, 13.4.2), so that the host takes their initial state. Everything else is passed through, and on
 * hosts with a smaller area nothing is changed.
 *
 * Build: gcc -O2 -shared -fPIC -o umlfp.so umlfp.c      Use: LD_PRELOAD=umlfp.so linux ...
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define XSTATE_BV_OFFSET 512
#define LARGEST_AREA 65536
#define COMPONENTS 63

static long raw(long request, long pid, void *addr, void *data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

/*
 * Size of the host's area, and where each component ends in it; 0: there is none. Asked for once: CPUID traps out of a
 * virtual machine (6 us each were measured), and User Mode Linux sets this state at every return to a process. Asked for
 * each time, all of it made the nodes twenty times slower.
 */
static unsigned area_size;
static uint64_t ends[COMPONENTS];

__attribute__((constructor)) static void learn(void)
{
	unsigned size, offset, c, d;

	__cpuid_count(0xd, 0, size, area_size, c, d);
	for (unsigned i = 2; i < COMPONENTS; i++) {
		__cpuid_count(0xd, i, size, offset, c, d);
		ends[i] = size == 0 ? 0 : (uint64_t)size + offset;
	}
}

/* Copies the caller's state into `area` and forgets the components that end beyond it. */
static void widen(unsigned char *area, const struct iovec *from)
{
	uint64_t present;

	memset(area + from->iov_len, 0, area_size - from->iov_len);
	memcpy(area, from->iov_base, from->iov_len);
	memcpy(&present, area + XSTATE_BV_OFFSET, sizeof present);
	for (unsigned i = 2; i < COMPONENTS; i++)
		if (ends[i] > from->iov_len)
			present &= ~(1ULL << i);
	memcpy(area + XSTATE_BV_OFFSET, &present, sizeof present);
}

long ptrace(enum __ptrace_request request, ...)
{
	static __thread unsigned char area[LARGEST_AREA] __attribute__((aligned(64)));
	long word, result;
	va_list rest;

	va_start(rest, request);
	long pid = va_arg(rest, pid_t);
	void *addr = va_arg(rest, void *);
	void *data = va_arg(rest, void *);
	va_end(rest);

	/* The system call stores a peeked word through `data`; glibc's function returns it (ptrace(2), "C library/kernel differences"). */
	if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
		result = raw(request, pid, addr, &word);
		return result < 0 ? result : word;
	}
	if (request == PTRACE_SETREGSET && (uintptr_t)addr == NT_X86_XSTATE) {
		const struct iovec *given = data;
		if (given->iov_len > XSTATE_BV_OFFSET + sizeof(uint64_t) && given->iov_len < area_size && area_size <= LARGEST_AREA) {
			struct iovec wide = { area, area_size };
			widen(area, given);
			return raw(request, pid, addr, &wide);
		}
	}
	return raw(request, pid, addr, data);
}
