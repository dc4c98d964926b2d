#!/usr/bin/python3
"""Sets a stopped child's floating point state from a buffer shorter than the host's, as User Mode Linux does on hosts
with a larger XSAVE area, and prints 0 or the errno, and whether the legacy area reads back as it was set."""
import ctypes
import os
import signal

TRACEME, GETREGSET, SETREGSET, XSTATE = 0, 0x4204, 0x4205, 0x202
SHORT = 832  # legacy area, header, AVX

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def call(request, pid, buffer, length):
    iovec = Iovec(ctypes.addressof(buffer), length)
    ctypes.set_errno(0)
    return ctypes.get_errno() if libc.ptrace(request, pid, XSTATE, ctypes.byref(iovec)) < 0 else 0


child = os.fork()
if child == 0:
    libc.ptrace(TRACEME, 0, None, None)
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(0)
os.waitpid(child, 0)
state = ctypes.create_string_buffer(65536)
assert call(GETREGSET, child, state, len(state)) == 0
state[160:176] = bytes(range(16))  # XMM0
state[512] = bytes([state[512][0] | 2])  # XSTATE_BV: SSE is in use
error = call(SETREGSET, child, state, SHORT)
back = ctypes.create_string_buffer(65536)
assert call(GETREGSET, child, back, len(back)) == 0
print(error, "set" if back[160:176] == bytes(range(16)) else "not set")
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
