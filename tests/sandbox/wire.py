"""HTTP/1.1 by hand: connections, one thread each, and the faults that have to
cut a real socket.  http.server would be slower and too polite for that."""
import socket
import struct
import threading
import time

import faults

REASONS = {200: "OK", 204: "No Content", 302: "Found", 400: "Bad Request",
           401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
           429: "Too Many Requests", 500: "Internal Server Error",
           502: "Bad Gateway", 503: "Service Unavailable",
           504: "Gateway Timeout"}
HEAD_LIMIT = 65536
IDLE = 75


class Request:
    def __init__(self, method, target, headers, body, peer):
        self.method, self.target = method, target
        self.headers, self.body, self.peer = headers, body, peer


class Reply:
    """headers: pairs; body: bytes as they go out; rule: a fault of the wire."""

    def __init__(self, status, headers, body, rule=None):
        self.status, self.headers, self.body = status, headers, body
        self.rule = rule
        self.plain = body       # before any Content-Encoding

    def head(self, extra, skip=()):
        lines = ["HTTP/1.1 %d %s" % (self.status,
                                     REASONS.get(self.status, "Status"))]
        skip = set(skip).union(name for name, _ in extra)
        lines += ["%s: %s" % h for h in self.headers if h[0] not in skip]
        lines += ["%s: %s" % h for h in extra]
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"


class Gone(Exception):
    """The connection is over."""


class Connection:
    def __init__(self, sock, app, stop):
        self.sock, self.app, self.stop = sock, app, stop
        self.pending = b""

    def read_head(self):
        while b"\r\n\r\n" not in self.pending:
            if len(self.pending) > HEAD_LIMIT:
                raise Gone
            self.fill()
        head, _, self.pending = self.pending.partition(b"\r\n\r\n")
        return head.decode("latin-1").split("\r\n")

    def fill(self):
        data = self.sock.recv(65536)
        if not data:
            raise Gone
        self.pending += data

    def read(self):
        lines = self.read_head()
        method, target, version = lines[0].split(" ")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        while len(self.pending) < length:
            self.fill()
        body, self.pending = self.pending[:length], self.pending[length:]
        self.keep = version == "HTTP/1.1" and \
            headers.get("connection", "").lower() != "close"
        return Request(method, target, headers, body, self)

    def serve(self):
        try:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sock.settimeout(IDLE)
            while not self.stop.is_set():
                try:
                    req = self.read()
                except ValueError:
                    return
                self.app.answer(req, self.send)
                if not self.keep:
                    return
        except (Gone, OSError):
            pass
        finally:
            try:
                self.sock.close()
            except OSError:
                pass

    def send(self, reply):
        rule = reply.rule
        if rule is not None:
            return getattr(self, "play_" + rule.fault)(reply, rule.spec)
        extra = [("Content-Length", len(reply.body))]
        if not self.keep:
            extra.append(("Connection", "close"))
        head = reply.head(extra)
        if len(reply.body) < 65536:
            self.sock.sendall(head + reply.body)
        else:
            self.sock.sendall(head)
            self.sock.sendall(reply.body)

    # The faults.  Each ends the connection unless it says otherwise.

    def part(self, reply, s):
        return reply.body[:s.get("bytes", len(reply.body) // 2)]

    def play_cut_length(self, reply, s):
        self.sock.sendall(reply.head([("Content-Length", len(reply.body))]) +
                          self.part(reply, s))
        raise Gone

    def play_cut_chunk(self, reply, s):
        data = self.part(reply, s)
        half = len(data) // 2
        self.sock.sendall(
            reply.head([("Transfer-Encoding", "chunked")]) +
            b"%x\r\n%s\r\n" % (max(half, 1), data[:max(half, 1)]) +
            b"%x\r\n" % (len(reply.body) + 1) + data[max(half, 1):])
        raise Gone

    def play_chunked(self, reply, s):
        """In good order, in chunks of so many bytes."""
        step = s.get("bytes", 1000)
        out = [reply.head([("Transfer-Encoding", "chunked")])]
        for at in range(0, len(reply.body), step):
            piece = reply.body[at:at + step]
            out.append(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.sock.sendall(b"".join(out) + b"0\r\n\r\n")

    def play_cut_close(self, reply, s):
        self.sock.sendall(reply.head([("Connection", "close")]) +
                          self.part(reply, s))
        raise Gone

    def play_hang(self, reply, s):
        """Nothing, or with "bytes" so much of the body, and then silence."""
        if "bytes" in s:
            self.sock.sendall(reply.head([("Content-Length", len(reply.body))])
                              + self.part(reply, s))
        end = time.monotonic() + s.get("seconds", 3600)
        self.sock.settimeout(0.2)
        while time.monotonic() < end and not self.stop.is_set():
            try:
                if not self.sock.recv(1):
                    break
            except (socket.timeout, TimeoutError):
                pass
        raise Gone

    def play_slow(self, reply, s):
        """So many bytes, a pause, and again."""
        data = reply.head([("Content-Length", len(reply.body))]) + reply.body
        step = s.get("bytes", 1)
        for at in range(0, len(data), step):
            self.sock.sendall(data[at:at + step])
            if self.stop.wait(s.get("delay", 30)):
                raise Gone

    def play_reset(self, reply, s):
        if "bytes" in s:
            self.sock.sendall(reply.head([("Content-Length", len(reply.body))])
                              + self.part(reply, s))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        raise Gone

    def play_empty_reply(self, reply, s):
        raise Gone

    def play_close_keepalive(self, reply, s):
        """A good answer that does not say that the connection ends here."""
        self.sock.sendall(reply.head([("Content-Length", len(reply.body))]) +
                          reply.body)
        raise Gone

    def play_header_bomb(self, reply, s):
        self.sock.sendall(b"HTTP/1.1 200 OK\r\n")
        line = b"X-Filler: " + b"x" * 4000 + b"\r\n"
        for _ in range(s.get("bytes", 1 << 30) // len(line)):
            self.sock.sendall(line)
        raise Gone

    def play_body_bomb(self, reply, s):
        """A body that does not end."""
        self.sock.sendall(reply.head([("Connection", "close")],
                                     skip=("Content-Encoding",)) +
                          b'{"messages": [')
        block = b" " * 65536
        for _ in range(s.get("bytes", 1 << 30) // len(block)):
            self.sock.sendall(block)
        raise Gone

    def play_gzip_bomb(self, reply, s):
        self.encoded(reply, faults.gzip_bomb(s.get("bytes", 200 << 20)), "gzip")

    def play_gzip_layers(self, reply, s):
        times = s.get("times", 10)
        self.encoded(reply, faults.gzip_layers(reply.plain, times),
                     ", ".join(["gzip"] * times))

    def play_gzip_cut(self, reply, s):
        """The length is right, the stream inside has no end."""
        whole = faults.gzip_layers(reply.plain, 1)
        self.encoded(reply, whole[:s.get("bytes", len(whole) // 2)], "gzip")

    def play_gzip_bad(self, reply, s):
        whole = bytearray(faults.gzip_layers(reply.plain, 1))
        whole[len(whole) // 2] ^= 0xff
        self.encoded(reply, bytes(whole), "gzip")

    def encoded(self, reply, data, coding):
        self.sock.sendall(reply.head(
            [("Content-Encoding", coding), ("Content-Length", len(data))],
            skip=("Content-Encoding",)) + data)


class Server:
    def __init__(self, host, port, app, tls=None):
        self.app, self.tls = app, tls
        self.stop, self.closed = threading.Event(), threading.Event()
        self.refuse_until = 0
        self.listen(host, port)

    def listen(self, host, port):
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind((host, port))
        self.sock.listen(512)
        self.sock.settimeout(0.2)
        self.host, self.port = self.sock.getsockname()

    def run(self):
        while not self.stop.is_set():
            if time.monotonic() < self.refuse_until:
                self.sock.close()
                self.closed.set()
                time.sleep(max(0, self.refuse_until - time.monotonic()))
                self.listen(self.host, self.port)
            try:
                sock, _ = self.sock.accept()
            except (socket.timeout, TimeoutError):
                continue
            sock.settimeout(IDLE)
            threading.Thread(target=self.one, args=(sock,), daemon=True).start()

    def refuse(self, seconds):
        """New connections are refused for a while, which has begun."""
        self.closed.clear()
        self.refuse_until = time.monotonic() + seconds
        self.closed.wait(5)

    def one(self, sock):
        self.app.stats.connected()
        try:
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
            Connection(sock, self.app, self.stop).serve()
        except OSError:
            sock.close()
        finally:
            self.app.stats.disconnected()
