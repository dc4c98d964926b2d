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

static long raw(long request, long pid, void *addr, void *data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

/* Copies the caller's state into `area` and forgets the components that end beyond it. */
static void widen(unsigned char *area, size_t size, const struct iovec *from)
{
	unsigned a, b, c, d;
	uint64_t present;

	memset(area, 0, size);
	memcpy(area, from->iov_base, from->iov_len);
	memcpy(&present, area + XSTATE_BV_OFFSET, sizeof present);
	for (unsigned i = 2; i < 63; i++) {
		__cpuid_count(0xd, i, a, b, c, d);
		if (a != 0 && (uint64_t)a + b > from->iov_len)
			present &= ~(1ULL << i);
	}
	memcpy(area + XSTATE_BV_OFFSET, &present, sizeof present);
}

long ptrace(enum __ptrace_request request, ...)
{
	static __thread unsigned char area[LARGEST_AREA] __attribute__((aligned(64)));
	unsigned a, size, c, d;
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
		__cpuid_count(0xd, 0, a, size, c, d);
		if (given->iov_len > XSTATE_BV_OFFSET + sizeof(uint64_t) && given->iov_len < size && size <= LARGEST_AREA) {
			struct iovec wide = { area, size };
			widen(area, size, given);
			return raw(request, pid, addr, &wide);
		}
	}
	return raw(request, pid, addr, data);
}
