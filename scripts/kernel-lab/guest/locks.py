#!/usr/bin/python3
"""Holds POSIX byte-range locks (fcntl F_SETLK) for the lab: one JSON command a line in, one JSON answer a line out.

{"op": "lock", "file", "start", "length", "mode": "write" | "read", "wait": bool}  F_SETLK, or F_SETLKW with wait
{"op": "many", "file", "start", "length", "stride", "count"}                       count write locks, stride bytes apart
{"op": "unlock", "file", "start", "length"}
{"op": "test", "file", "start", "length"}                                          F_GETLK: is somebody else's lock there?
{"op": "held", "file": directory}                                                  /proc/locks, and the directory's device
Answer: {"ok": true, "ms": how long the system call took} or {"ok": false, "error": errno's name, "ms"}; many adds "got",
test adds "free", held "device" and "locks". Files stay open to the end: closing one would drop all locks on it (fcntl(2)).
"""
import errno
import fcntl
import json
import os
import struct
import sys
import time

# struct flock on 64-bit Linux: l_type, l_whence, padding, l_start, l_len, l_pid, padding
FLOCK = "hh4xqqi4x"
MODES = {"write": fcntl.F_WRLCK, "read": fcntl.F_RDLCK, "none": fcntl.F_UNLCK}
FILES = {}


def opened(path):
    if path not in FILES:
        FILES[path] = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    return FILES[path]


def request(command, path, mode, start, length):
    packed = struct.pack(FLOCK, MODES[mode], os.SEEK_SET, start, length, 0)
    return struct.unpack(FLOCK, fcntl.fcntl(opened(path), command, packed))


def act(order):
    if order["op"] == "held":
        device = os.stat(order["file"]).st_dev
        with open("/proc/locks", encoding="ascii") as table:
            return {"device": f"{os.major(device):02x}:{os.minor(device):02x}", "locks": table.read()}
    path, start, length = order["file"], order.get("start", 0), order.get("length", 1)
    if order["op"] == "lock":
        command = fcntl.F_SETLKW if order.get("wait") else fcntl.F_SETLK
        request(command, path, order.get("mode", "write"), start, length)
    elif order["op"] == "many":
        got = 0
        for at in range(order["count"]):
            request(fcntl.F_SETLK, path, "write", start + at * order["stride"], length)
            got += 1
        return {"got": got}
    elif order["op"] == "unlock":
        request(fcntl.F_SETLK, path, "none", start, length)
    elif order["op"] == "test":
        return {"free": request(fcntl.F_GETLK, path, "write", start, length)[0] == fcntl.F_UNLCK}
    return {}


for line in sys.stdin:
    began = time.monotonic()
    try:
        answer = {"ok": True, **act(json.loads(line))}
    except OSError as error:
        answer = {"ok": False, "error": errno.errorcode.get(error.errno, str(error.errno))}
    answer["ms"] = round((time.monotonic() - began) * 1000)
    print(json.dumps(answer), flush=True)
