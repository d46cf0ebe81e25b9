"""Point a Python peer at the sandbox, and let nothing of it leave the machine.

Python runs this first when its folder is on PYTHONPATH.  With TW_API_BASE
set, every https://*.twilio.com request that the requests library sends goes
to that base instead, path unchanged and Twilio's host in the Host header:
what tw-fetch does with the same variable.  The peer's own code is untouched.
"""
import os
import sys
from importlib.abc import MetaPathFinder

BASE = os.environ.get("TW_API_BASE")


def redirect(adapters):
	from urllib.parse import urlsplit
	send = adapters.HTTPAdapter.send

	def to_the_sandbox(self, request, **options):
		url = urlsplit(request.url)
		if url.hostname and url.hostname.endswith(".twilio.com"):
			request = request.copy()
			request.headers["Host"] = url.hostname
			request.url = BASE + request.url.split(url.netloc, 1)[1]
		return send(self, request, **options)

	adapters.HTTPAdapter.send = to_the_sandbox


class WhenImported(MetaPathFinder):
	"""requests.adapters is patched as it is imported: a peer that never
	imports it does not pay for it here."""

	def find_spec(self, name, path, target=None):
		if name != "requests.adapters":
			return None
		sys.meta_path.remove(self)
		from importlib.util import find_spec
		spec = find_spec(name)
		run = spec.loader.exec_module

		def exec_module(module):
			run(module)
			redirect(module)

		spec.loader.exec_module = exec_module
		return spec


if BASE:
	sys.meta_path.insert(0, WhenImported())

# target-csv 0.3.0 (2019) was written for the names Python dropped in 3.10.
if os.environ.get("TW_OLD_COLLECTIONS"):
	import collections
	import collections.abc
	collections.MutableMapping = collections.abc.MutableMapping
