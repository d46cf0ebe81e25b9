# One make for everything; all that is made lies under build/.
#
#	make            the five tools
#	make check      every test (needs what scripts/deps test installs)
#	make install    PREFIX=/usr/local, DESTDIR for packagers
#
# A new file in lib/, cmd/, man/ or tests/ needs no edit here.

VERSION := 1.0
BUILD   ?= build
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
MANDIR  ?= $(DATADIR)/man
CC      ?= cc
CFLAGS  ?= -O2
PROVE   ?= prove

# Where a library has no pkg-config file (libjq on Debian 12), -lNAME serves.
lib = $(shell pkg-config --libs $(1) 2>/dev/null || echo -l$(2))

# Files and times of 64 bits where those are not the usual ones.
OURS := -std=c11 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 \
	-D_TIME_BITS=64 -DTW_VERSION='"$(VERSION)"' \
	-iquote lib -include lib/banned.h \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wformat=2 -Wvla -MMD -MP
COMPILE = $(CC) $(OURS) $(CPPFLAGS) $(CFLAGS)

TOOLS := $(patsubst cmd/%.c,$(BUILD)/%,$(wildcard cmd/tw-*.c))
ROOMS := $(patsubst lib/%.c,$(BUILD)/lib/%.o,$(wildcard lib/*.c))
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))
LAYERS := $(wildcard lib/catalog/*.tw)
SCRIPTS := scripts/tw-sync
PAGES := $(wildcard man/*.[157])

# Which outside library a program links: only the one whose room it uses.
# The archive is searched, so a tool holds just the rooms it refers to.
LIBS_tw-fetch   = $(call lib,libcurl,curl) $(call lib,zlib,z) -lpthread
LIBS_tw-flatten = $(call lib,libjq,jq) $(call lib,zlib,z) -lm
LIBS_unit       = $(call lib,libcurl,curl) $(call lib,libjq,jq) $(call lib,zlib,z) -lpthread -lm

all: $(TOOLS)

$(BUILD)/tw-%: $(BUILD)/cmd/tw-%.o $(BUILD)/libtw.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libtw.a \
	    $(or $(LIBS_tw-$*),$(call lib,zlib,z)) $(LDLIBS)

$(BUILD)/unit/%: $(BUILD)/unit/%.o $(BUILD)/libtw.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libtw.a $(LIBS_unit) $(LDLIBS)

$(BUILD)/libtw.a: $(ROOMS) $(BUILD)/lib/catalog-data.o
	rm -f $@
	$(AR) rcs $@ $^

# One rule for rooms, tools and unit tests; they differ only in their folder.
define compile
$(BUILD)/$(2)/%.o: $(1)/%.c $(BUILD)/flags
	@mkdir -p $$(@D)
	$$(COMPILE) -c -o $$@ $$<
endef
$(eval $(call compile,lib,lib))
$(eval $(call compile,cmd,cmd))
$(eval $(call compile,tests/unit,unit))

# The catalogue's layers, as C strings, so that the tools need no file at run time.
$(BUILD)/catalog-data.c: $(LAYERS) lib/catalog/phrases scripts/embed
	@mkdir -p $(@D)
	sh scripts/embed $(LAYERS) >$@
$(BUILD)/lib/catalog-data.o: $(BUILD)/catalog-data.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

# Objects depend on the flags they were made with: the stamp is rewritten only
# when they change, so 'make CFLAGS=-O0' rebuilds and a second one does not.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(COMPILE))' | cmp -s - $@ || \
	    echo '$(subst ','\'',$(COMPILE))' >$@

# The fuzzers' targets without an engine, for the seeds; tests/unit.t runs both.
REPLAYS := $(patsubst tests/fuzz/%.c,$(BUILD)/replay/%,$(wildcard tests/fuzz/*.c))
ifeq ($(shell pkg-config --exists sqlite3 2>/dev/null || echo none),none)
REPLAYS := $(filter-out %/sql,$(REPLAYS))
endif
units: $(UNITS) $(REPLAYS)

# The tests see the tools first on PATH and never an installed copy.
check: all units
	TW_BUILD='$(abspath $(BUILD))' PATH='$(abspath $(BUILD))':"$$PATH" \
	    $(PROVE) $(PROVEFLAGS) tests

SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
check-asan:
	$(MAKE) BUILD=$(BUILD)/asan CFLAGS='-O1 -g $(SANITIZE)' check

# The same suite, each tool behind a script of its name that runs it under
# valgrind; counts, kills and torture look at the tools themselves.
check-valgrind: all units
	@mkdir -p $(BUILD)/valgrind
	@ln -sfn ../unit ../replay $(BUILD)/valgrind/
	@for t in $(TOOLS); do w=$(BUILD)/valgrind/$${t##*/}; \
	    printf '#!/bin/sh\nexec valgrind -q --error-exitcode=99 --leak-check=full %s "$$@"\n' \
	    '$(abspath $(BUILD))'/$${t##*/} >$$w && chmod +x $$w || exit 1; done
	TW_BUILD='$(abspath $(BUILD))/valgrind' PATH='$(abspath $(BUILD))/valgrind':"$$PATH" \
	    $(PROVE) $(PROVEFLAGS) $(filter-out tests/counts.t tests/kill.t \
	    tests/torture.t tests/state-faults.t tests/rooms.t tests/install.t tests/deb.t tests/demo.t,$(wildcard tests/*.t))

# Which branches of lib/ the tests take.  A killed program writes no counts, and
# a count of instructions means nothing here.
coverage:
	rm -rf $(BUILD)/coverage
	$(MAKE) BUILD=$(BUILD)/coverage CFLAGS='-O0 -g --coverage' all units
	TW_BUILD='$(abspath $(BUILD))/coverage' \
	    $(PROVE) $(PROVEFLAGS) $(filter-out tests/counts.t tests/kill.t \
	    tests/cross.t tests/fuzz.t tests/rooms.t tests/install.t tests/deb.t tests/demo.t,$(wildcard tests/*.t))
	scripts/coverage $(BUILD)/coverage

# Completion code, from the tools' own option tables.
COMPLETIONS = $(foreach t,$(notdir $(TOOLS) $(SCRIPTS)),bash-completion/completions/$(t) \
	zsh/site-functions/_$(t) fish/vendor_completions.d/$(t).fish)
completions: all
	@mkdir -p $(addprefix $(BUILD)/share/,$(dir $(COMPLETIONS)))
	@for f in $(COMPLETIONS); do t=$${f##*/}; t=$${t#_}; t=$${t%.fish}; \
	    for tool in $(BUILD)/$$t scripts/$$t; do [ ! -x $$tool ] || break; done; \
	    scripts/completions $${f%%[-/]*} $$tool >$(BUILD)/share/$$f.$$$$ && \
	    mv -f $(BUILD)/share/$$f.$$$$ $(BUILD)/share/$$f || exit 1; done

# Fuzzers, one a file of tests/fuzz; tests/fuzz/run runs them.  fuzz makes them
# for clang's libFuzzer, fuzz-afl for AFL++.
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
fuzz:
	$(MAKE) BUILD=$(BUILD)/fuzzing CC=clang \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link $(SANITIZE)' fuzzers
fuzz-afl:
	$(MAKE) BUILD=$(BUILD)/afl CC=afl-clang-fast \
	    CFLAGS='-O1 -g $(SANITIZE)' fuzzers
fuzzers: $(FUZZERS)
$(eval $(call compile,tests/fuzz,fuzz))
LIBS_sql = $(call lib,sqlite3,sqlite3)
$(BUILD)/fuzz/%: $(BUILD)/fuzz/%.o $(BUILD)/libtw.a
	$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $< $(BUILD)/libtw.a $(LIBS_unit) $(LIBS_$*)
# The same without an engine.
$(BUILD)/replay/%: $(BUILD)/fuzz/%.o $(BUILD)/fuzz/main/main.o $(BUILD)/libtw.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/fuzz/main/main.o \
	    $(BUILD)/libtw.a $(LIBS_unit) $(LIBS_$*) $(LDLIBS)

# Quoted: DESTDIR may have blanks in it.
install: all completions
	mkdir -p "$(DESTDIR)$(BINDIR)"
	install -m 755 $(TOOLS) $(SCRIPTS) "$(DESTDIR)$(BINDIR)"
	for f in $(COMPLETIONS); do to="$(DESTDIR)$(DATADIR)/$$f"; mkdir -p "$${to%/*}" && \
	    install -m 644 $(BUILD)/share/$$f "$$to" || exit 1; done
	for p in $(PAGES); do to="$(DESTDIR)$(MANDIR)/man$${p##*.}"; mkdir -p "$$to" && \
	    install -m 644 $$p "$$to" || exit 1; done

uninstall:
	for t in $(notdir $(TOOLS) $(SCRIPTS)); do rm -f "$(DESTDIR)$(BINDIR)/$$t"; done
	for f in $(COMPLETIONS); do rm -f "$(DESTDIR)$(DATADIR)/$$f"; done
	for p in $(notdir $(PAGES)); do rm -f "$(DESTDIR)$(MANDIR)/man$${p##*.}/$$p"; done

# Tools that need no library at run time, for the machine that holds the
# database.  Not tw-fetch: the libcurl.a of Debian wants Kerberos, of which there
# is no static library; not tw-flatten: neither is there one of libjq.
STATIC := tw-state tw-load-csv tw-load-sql
static:
	$(MAKE) BUILD=$(BUILD)/static LDFLAGS='-static $(LDFLAGS)' \
	    $(addprefix $(BUILD)/static/,$(STATIC))

# A tarball of what git has, and the version, for scripts.
dist:
	@mkdir -p $(BUILD)
	git archive --format=tar.gz --prefix=tw-$(VERSION)/ -o $(BUILD)/tw-$(VERSION).tar.gz HEAD
version:
	@echo $(VERSION)

clean:
	rm -rf $(BUILD)

FORCE:
.PHONY: all units fuzz fuzz-afl fuzzers completions check check-asan \
	check-valgrind coverage install static uninstall dist version clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

-include $(wildcard $(BUILD)/*/*.d)
