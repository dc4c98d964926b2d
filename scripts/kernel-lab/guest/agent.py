#!/usr/bin/python3
"""The control agent of a lab node: runs commands for the lab over the serial line, one JSON object a line.

From the lab: {"id", "run": [argv], "env"?} starts a process in a session of its own; {"id", "in": text} writes to its
standard input, {"id", "eof": true} closes that, {"id", "signal": number} signals its process group;
{"power": n, "answer": text} answers the node's own question n; {"file": name}: the message is in that file of the
exchange directory.
To the lab: {"hello": name}; {"id", "out" | "err": text}; {"id", "exit": status} (negative: killed by that signal), sent
after all output; {"power": n, "ask": text}: one line that came over the power socket, which fence_lab uses.
"""
import codecs
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import termios
import tty

LINE = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
EXCHANGE = os.path.join(sys.argv[2], "exchange")
tty.setraw(LINE, termios.TCSANOW)
os.set_blocking(LINE, True)
SELECTOR = selectors.DefaultSelector()
PROCESSES = {}
QUESTIONS = {}


def tell(**message):
    data = (json.dumps(message) + "\n").encode()
    while data:
        data = data[os.write(LINE, data):]


def readable(stream, handler):
    SELECTOR.register(stream, selectors.EVENT_READ, handler)


class Process:
    def __init__(self, number, argv, env):
        self.number = number
        self.open = 2
        self.child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      bufsize=0, start_new_session=True, env={**os.environ, **env}, cwd="/")
        for stream, name in ((self.child.stdout, "out"), (self.child.stderr, "err")):
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            readable(stream, lambda stream=stream, name=name, decoder=decoder: self.pump(stream, name, decoder))

    def pump(self, stream, name, decoder):
        data = os.read(stream.fileno(), 32768)
        text = decoder.decode(data, not data)
        if text:
            tell(id=self.number, **{name: text})
        if not data:
            self.hang_up(stream)

    def hang_up(self, stream):
        SELECTOR.unregister(stream)
        stream.close()
        self.open -= 1

    def finished(self):
        """True once the process has ended. A daemon that it left behind may keep its pipes: they are not waited for."""
        status = self.child.poll()
        if status is None:
            return False
        for stream in (self.child.stdout, self.child.stderr):
            while not stream.closed and select_now(stream):
                SELECTOR.get_key(stream).data()
            if not stream.closed:
                self.hang_up(stream)
        tell(id=self.number, exit=status)
        return True


def select_now(stream):
    poller = selectors.PollSelector()
    poller.register(stream, selectors.EVENT_READ)
    return bool(poller.select(0))


def obey(message):
    if "power" in message:
        connection = QUESTIONS.pop(message["power"], None)
        if connection:
            connection.sendall((message["answer"] + "\n").encode())
            connection.close()
        return
    number = message["id"]
    if "run" in message:
        try:
            PROCESSES[number] = Process(number, message["run"], message.get("env", {}))
        except OSError as error:
            tell(id=number, err=str(error))
            tell(id=number, exit=127)
        return
    process = PROCESSES.get(number)
    if not process:
        return
    try:
        if "in" in message:
            process.child.stdin.write(message["in"].encode())
        elif "eof" in message:
            process.child.stdin.close()
        elif "signal" in message:
            os.killpg(process.child.pid, message["signal"])
    except OSError:
        pass  # it has ended meanwhile; its exit message is on the way


pending = b""


def commands():
    global pending
    pending += os.read(LINE, 65536)
    *lines, pending = pending.split(b"\n")
    for line in lines:
        message = json.loads(line)
        if "file" in message:
            path = os.path.join(EXCHANGE, message["file"])
            with open(path, encoding="utf-8") as file:
                message = json.load(file)
            os.unlink(path)
        obey(message)


def question():
    connection, _ = POWER.accept()
    connection.settimeout(5)
    number = connection.fileno()
    QUESTIONS[number] = connection
    tell(power=number, ask=connection.makefile().readline().strip())


POWER = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
POWER.bind(os.path.join(sys.argv[2], "power.sock"))
POWER.listen(8)
wake, waker = socket.socketpair()
waker.setblocking(False)
signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
signal.signal(signal.SIGCHLD, lambda *_: None)
readable(wake, lambda: wake.recv(4096))
readable(LINE, commands)
readable(POWER, question)
tell(hello=os.uname().nodename)
while True:
    for key, _ in SELECTOR.select():
        key.data()
    for number in [number for number, process in PROCESSES.items() if process.finished()]:
        del PROCESSES[number]
