"""A Twilio that lives on this machine only.

It answers every list of the catalogue as Twilio does, page by page, for a
world made from a seed; it is strict, so that wrong clients fail; and it goes
wrong when told to.  The Host header says which product is meant:

	python3 tests/sandbox --port 8080 &
	curl -u AC..:TOKEN -H 'Host: monitor.twilio.com' 127.0.0.1:8080/v1/Alerts

On stdout comes "ready PORT" once it listens.  GET /_sandbox/help tells what
tests can ask and do.
"""
import argparse
import os
import signal
import ssl
import sys
import threading
import time

sys.dont_write_bytecode = True      # the source tree stays clean

import catalog
import clock
import control
from app import App
from stranger import Stranger
from wire import Server


def options():
    p = argparse.ArgumentParser(
        prog="sandbox", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = p.add_argument
    add("--port", type=int, default=0, help="0: any free one (default)")
    add("--parent", type=int, metavar="PID", help="end when this process has")
    add("--print-env", action="store_true",
        help="also print export lines for a shell, before 'ready'")
    add("--tls", metavar="CERT", help="speak TLS with this PEM file (and key)")
    add("--tls-version", choices=("1", "1.1", "1.2", "1.3"), help="and only it")
    g = p.add_argument_group("the world")
    g.add_argument("--seed", default="1")
    g.add_argument("--now", metavar="TIME",
                   help="the time it is, standing still (default: now, running)")
    g.add_argument("--run", action="store_true", help="let --now run on")
    g.add_argument("--days", type=int, default=30, help="of history")
    g.add_argument("--shape", default="uniform",
                   choices=("uniform", "busy-day", "sparse-year"))
    for name, n in (("messages", 2500), ("calls", 600), ("recordings", 120),
                    ("conferences", 60), ("alerts", 150)):
        g.add_argument("--" + name, type=int, default=n, metavar="N",
                       help="of all active accounts together (%d)" % n)
    g.add_argument("--endless", action="store_true",
                   help="a thousand million messages and calls")
    g.add_argument("--subaccounts", type=int, default=2, metavar="N",
                   help="active ones; one suspended and one closed come on top")
    g.add_argument("--all-active", action="store_true",
                   help="no suspended account and no closed one")
    g.add_argument("--still", action="store_true",
                   help="nothing changes, nothing is ever deleted")
    g.add_argument("--lag", type=int, default=0, metavar="SECONDS",
                   help="records are listed so much after they are created")
    g.add_argument("--catalog", action="append", default=[], metavar="FILE",
                   help="one more layer of streams")
    g = p.add_argument_group("the service")
    g.add_argument("--latency", type=int, default=0, metavar="MS")
    g.add_argument("--limit", type=int, default=0, metavar="N",
                   help="429 above N requests at a time for an account")
    g.add_argument("--retry-after", metavar="VALUE", help="sent with these 429")
    g.add_argument("--region", default="us1")
    g.add_argument("--page-cap", type=int, default=2, metavar="N",
                   help="largest page of the catalogue's small lists (2)")
    g.add_argument("--strict", action="store_true",
                   help="next links byte for byte, page sizes as documented")
    g.add_argument("--days-only", action="store_true",
                   help="dates of messages, recordings and media compare as days")
    g.add_argument("--midnight", choices=("start", "end"), default="end",
                   help="what a date means as an upper bound among moments")
    g.add_argument("--gzip-level", type=int, default=1)
    return p.parse_args()


def watch(parent):
    """Nobody is left to stop us when the parent is gone."""
    while True:
        try:
            os.kill(parent, 0)
        except OSError:
            os._exit(0)
        time.sleep(0.5)


def main():
    o = options()
    if o.now:
        c = clock.Clock(clock.parse(o.now)[0], o.run)
    else:
        c = clock.Clock(int(time.time()), True)
    if o.endless:
        o.messages = o.calls = 10 ** 9
    app = App(o, c, catalog.read(catalog.layers() + o.catalog))
    tls = None
    if o.tls:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(o.tls)
        if o.tls_version:
            tls.set_ciphers("DEFAULT:@SECLEVEL=0")
            tls.minimum_version = tls.maximum_version = \
                getattr(ssl.TLSVersion, "TLSv" + o.tls_version.replace(".", "_"))
    server = Server("127.0.0.1", o.port, app, tls)
    other = Server("127.0.0.1", 0, Stranger(app.stats))
    threading.Thread(target=other.run, daemon=True).start()
    app.stranger = "http://127.0.0.1:%d" % other.port
    app.server = server
    app.url = "%s://127.0.0.1:%d" % ("https" if tls else "http", server.port)
    for s in (signal.SIGTERM, signal.SIGINT):
        signal.signal(s, lambda *_: os._exit(0))
    if o.parent:
        threading.Thread(target=watch, args=(o.parent,), daemon=True).start()
    if o.print_env:
        sys.stdout.write(control.exports(app))
    print("ready %d" % server.port, flush=True)
    server.run()


if __name__ == "__main__":
    main()
