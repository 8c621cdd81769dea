# guildpost. Everything built lands in build/.
CC ?= cc
VERSION := 0.1.0
BUILD ?= build
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
PACKAGES := build-essential pkg-config git libetpan-dev libesmtp-dev libsqlite3-dev libical-dev libxml2-dev \
	libzstd-dev libstemmer-dev nettle-dev libssl-dev libseccomp-dev libuchardet-dev libidn2-dev zlib1g-dev libcmocka-dev sqlite3 tzdata \
	ca-certificates python3 python3-icalendar clang clang-format cppcheck libclang-rt-14-dev mandoc postfix dovecot-core \
	dovecot-lmtpd dovecot-imapd swaks

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wwrite-strings
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DGP_VERSION='"$(VERSION)"' -Iinclude -Isrc -include include/guildpost/base/banned.h \
	-isystem /usr/include/libxml2 -I$(BUILD)/gen -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -MMD -MP $(WARN) $(CFLAGS) $(SANITIZE)
# The others are loaded by those processes that call them: src/base/lazy.list.
LIBS = -lsqlite3 -lzstd -l:libstemmer.a -lm -lpthread
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,pack-relative-relocs $(LDFLAGS) $(SANITIZE)

SRC := $(filter-out src/cmd/main.c,$(sort $(wildcard src/*/*.c)))
GEN_OBJ := $(BUILD)/obj/base/lazy_table.o $(BUILD)/obj/store/schema.o $(BUILD)/obj/cmd/config_text.o
OBJ := $(SRC:src/%.c=$(BUILD)/obj/%.o) $(GEN_OBJ)
LIB := $(BUILD)/libguildpost.a
UNIT := $(sort $(wildcard tests/unit/*/*.c tests/property/*.c))
UNIT_BIN := $(UNIT:tests/%.c=$(BUILD)/tests/%)
FUZZ := $(sort $(wildcard tests/fuzz/*.c))
FUZZ_BIN := $(FUZZ:tests/fuzz/%.c=$(BUILD)/fuzz/%)
TOOLS := $(sort $(filter-out tests/tools/fail.c,$(wildcard tests/tools/*.c)))
TOOLS_BIN := $(TOOLS:tests/tools/%.c=$(BUILD)/tools/%)

all: $(BUILD)/guildpost

$(BUILD)/guildpost: $(BUILD)/obj/cmd/main.o $(LIB)
	@echo "  LD $@"; $(CC) $(ALL_LDFLAGS) -o $@ $< $(LIB) $(LIBS)

$(LIB): $(OBJ)
	@rm -f $@ && ar rcs $@ $(OBJ)

$(BUILD)/obj/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	@echo "  CC $<"; $(CC) $(ALL_CFLAGS) -c -o $@ $<

# The ladder of schema steps becomes one table of strings.
$(BUILD)/gen/schema.c: $(sort $(wildcard src/store/schema/*.sql)) src/store/schema.awk
	@mkdir -p $(@D)
	awk -f src/store/schema.awk $(sort $(wildcard src/store/schema/*.sql)) > $@

# What `init` writes is the file that an operator reads.
$(BUILD)/gen/config_text.c: conf/guildpost.conf src/cmd/config_text.awk
	@mkdir -p $(@D)
	awk -f src/cmd/config_text.awk $< > $@

$(BUILD)/gen/lazy_names.h $(BUILD)/gen/lazy_table.c: src/base/lazy.list src/base/lazy.awk
	@mkdir -p $(@D)
	awk -v form=$(suffix $@) -f src/base/lazy.awk $< > $@.new && mv $@.new $@

$(OBJ) $(BUILD)/obj/cmd/main.o: | $(BUILD)/gen/lazy_names.h
$(BUILD)/obj/base/lazy_table.o: $(BUILD)/gen/lazy_table.c
$(BUILD)/obj/store/schema.o: $(BUILD)/gen/schema.c
$(BUILD)/obj/cmd/config_text.o: $(BUILD)/gen/config_text.c
$(GEN_OBJ):
	@mkdir -p $(@D)
	@echo "  CC $<"; $(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/tests/%: tests/%.c $(LIB) Makefile
	@mkdir -p $(@D)
	@echo "  CC $<"; $(CC) $(ALL_CFLAGS) -Itests -o $@ $< $(LIB) $(ALL_LDFLAGS) $(LIBS) -lcmocka

$(BUILD)/tools/%: tests/tools/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(ALL_LDFLAGS) -lpthread -lcrypto

# Preloaded, so without the sanitizers and in glibc's own names.
$(BUILD)/tools/fail.so: tests/tools/fail.c Makefile
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE -O1 -g -Wall -Wextra -shared -fPIC -o $@ $< -ldl

deps:
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then export DEBIAN_FRONTEND=noninteractive; \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo='sudo -E'; \
	  echo postfix postfix/main_mailer_type select No configuration | $$sudo debconf-set-selections; \
	  $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $$missing; fi

tests-build: $(BUILD)/guildpost $(UNIT_BIN) $(TOOLS_BIN) $(BUILD)/tools/fail.so

SANITIZERS := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
asan-build:
	$(MAKE) BUILD=$(BUILD)/asan SANITIZE='$(SANITIZERS)' CFLAGS='-O1 -g' tests-build

# Every suite, lint, a short run of the fuzz targets, and the suites once more under ASan and UBSan.
# Closes with "N passed, N failed".
check: deps
	$(MAKE) tests-build asan-build fuzz-build
	BUILD=$(BUILD) ASAN_BUILD=$(BUILD)/asan tests/run

asan: asan-build
	BUILD=$(BUILD)/asan tests/run unit property golden e2e crash

lint:
	tests/lint

# kill -9 at random instants, a smarthost that stops or hangs up anywhere, a full disk, a locked database, a power cut:
# nothing is lost. CRASH_ROUNDS is how often each of them comes (make check: a few).
crash: tests-build
	CRASH_ROUNDS=$${CRASH_ROUNDS:-350} TEST_LIMIT=$${TEST_LIMIT:-86400} BUILD=$(BUILD) tests/run crash

# Speed, as ratios in one run: one JSON line a bench. The peers that it is measured against are wanted here alone.
BENCH_PACKAGES := notmuch maildir-utils public-inbox
bench:
	$(MAKE) deps PACKAGES='$(PACKAGES) $(BENCH_PACKAGES)'
	$(MAKE) tests-build
	BUILD=$(BUILD) tests/bench/run

# How well mail is understood, against the corpora: a table, and a failure for each figure under its line.
$(BUILD)/accuracy/%: tests/accuracy/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(ALL_LDFLAGS) -letpan

accuracy: deps
	$(MAKE) all $(BUILD)/accuracy/bare
	$(MAKE) BUILD=$(BUILD)/asan SANITIZE='$(SANITIZERS)' CFLAGS='-O1 -g' all
	BUILD=$(BUILD) tests/accuracy/run

# A target for each parser of strangers' octets (clang's libFuzzer); FUZZ_SECONDS each.
$(BUILD)/fuzz/%: tests/fuzz/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -Itests -o $@ $< $(LIB) $(ALL_LDFLAGS) -fsanitize=fuzzer $(LIBS)

fuzz-targets: $(FUZZ_BIN)
fuzz-build:
	$(MAKE) BUILD=$(BUILD)/libfuzzer CC=clang CFLAGS='-O1 -g' SANITIZE='$(SANITIZERS) -fsanitize=fuzzer-no-link' fuzz-targets
fuzz: fuzz-build
	FUZZ_SECONDS=$${FUZZ_SECONDS:-60} BUILD=$(BUILD) tests/fuzz/run

# A community lives in front of you, on the embedded defaults; demo-serve leaves it running.
demo: deps
	$(MAKE) all
	BUILD=$(BUILD) tests/demo
demo-serve: deps
	$(MAKE) all
	BUILD=$(BUILD) tests/demo serve

SHARE = $(DESTDIR)$(PREFIX)/share
install: all
	install -Dm755 $(BUILD)/guildpost $(DESTDIR)$(PREFIX)/bin/guildpost
	install -Dm644 src/guildpost.1 $(SHARE)/man/man1/guildpost.1
	cd templates && find . -type f -exec install -Dm644 {} $(SHARE)/guildpost/templates/{} \;
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local|$(PREFIX)|' systemd/guildpost.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/guildpost.service
	install -Dm644 systemd/guildpost.socket $(DESTDIR)$(PREFIX)/lib/systemd/system/guildpost.socket
	install -Dm644 systemd/guildpost.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/guildpost.conf
	[ -e $(DESTDIR)$(SYSCONFDIR)/guildpost/guildpost.conf ] || { install -d $(DESTDIR)$(SYSCONFDIR)/guildpost && \
	  sed 's|/usr/share|$(PREFIX)/share|' conf/guildpost.conf > $(DESTDIR)$(SYSCONFDIR)/guildpost/guildpost.conf; }

# The configuration and the store stay.
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/guildpost $(SHARE)/man/man1/guildpost.1
	rm -f $(DESTDIR)$(PREFIX)/lib/systemd/system/guildpost.service $(DESTDIR)$(PREFIX)/lib/systemd/system/guildpost.socket
	rm -f $(DESTDIR)$(PREFIX)/lib/sysusers.d/guildpost.conf
	rm -rf $(SHARE)/guildpost

dist:
	@mkdir -p $(BUILD)
	git archive --prefix=guildpost-$(VERSION)/ -o $(BUILD)/guildpost-$(VERSION).tar.gz HEAD
	@echo $(BUILD)/guildpost-$(VERSION).tar.gz

clean:
	rm -rf $(BUILD)

.PHONY: all deps tests-build asan-build fuzz-build fuzz-targets check asan lint crash bench accuracy fuzz demo demo-serve install \
	uninstall dist clean
-include $(OBJ:.o=.d) $(BUILD)/obj/cmd/main.d $(UNIT_BIN:=.d) $(TOOLS_BIN:=.d) $(FUZZ_BIN:=.d)
