"""The program with its imports done, forked for each session: a fresh start in all but the time it takes.

Run as a program of its own it serves one test process over a socket. A copy is made of a process that has
read no pack, has one thread and no terminal; the copy gets a pseudo-terminal, its environment and its
arguments, and then does what ``python -m triage`` does.
"""

import fcntl
import json
import os
import pty
import socket
import struct
import subprocess
import sys
import termios
from functools import cache
from typing import Any, NoReturn

from pexpect.fdpexpect import fdspawn

from tests.conftest import ROOT

MOST = 1 << 20


class Child(fdspawn):
    """What ``pexpect.spawn`` gives for a program that was started cold."""

    def __init__(self, server: socket.socket, pid: int, fd: int) -> None:
        super().__init__(fd, timeout=20, encoding="utf-8")
        self.pid = pid
        self._server = server
        self._waited = False

    def sendcontrol(self, key: str) -> None:
        """Press Ctrl and a key."""
        self.send(chr(ord(key.upper()) - ord("@")))

    def kill(self, signal: int) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, signal)

    def close(self, force: bool = False) -> None:
        """Hang up, and wait for the end."""
        if not self._waited:
            super().close()
            if force:
                self.kill(9)
            self._waited = True
            status = ask(self._server, wait=self.pid)[0]["status"]
            self.exitstatus = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
            self.signalstatus = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None


def spawn(arguments: list[str], env: dict[str, str], rows: int, columns: int) -> Child:
    """The program in a pseudo-terminal of this size."""
    server = _server()
    told, (fd,) = ask(server, arguments=arguments, env=env, cwd=os.getcwd(), size=[rows, columns])
    return Child(server, told["pid"], fd)


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        subprocess.Popen(
            [sys.executable, "-m", "tests.cli.loaded", str(theirs.fileno())], cwd=ROOT,
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
        )  # fmt: skip
    return ours


def ask(server: socket.socket, **request: Any) -> tuple[Any, list[int]]:
    """One request and its reply, with the file descriptors that come with it."""
    server.send(json.dumps(request).encode())
    reply, fds, _, _ = socket.recv_fds(server, MOST, 1)
    return json.loads(reply), fds


# --- the other side ---------------------------------------------------------------------------------


def serve(tests: socket.socket) -> None:
    """Answer requests until the tests hang up."""
    _import_everything()
    while request := tests.recv(MOST):
        asked = json.loads(request)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            tests.send(json.dumps({"status": status}).encode())
            continue
        pid, fd = pty.fork()
        if pid == 0:
            tests.close()
            _become(asked)
        socket.send_fds(tests, [json.dumps({"pid": pid}).encode()], [fd])
        os.close(fd)


def _import_everything() -> None:
    from triage import assess, interview  # noqa: F401
    from triage.cli import afterwards, run, talk  # noqa: F401
    from triage.report import text  # noqa: F401


def _become(asked: dict[str, Any]) -> NoReturn:
    rows, columns = asked["size"]
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    sys.argv = ["triage", *asked["arguments"]]
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    code: object = 1
    try:
        from triage.cli import main

        main()
    except SystemExit as left:
        code = left.code
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
