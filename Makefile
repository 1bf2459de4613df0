# Two commands do everything on a machine that has Go and git:
#   make check   installs what is missing, builds, grades a submission
#   make test    runs every test
GO ?= go
export CGO_ENABLED = 0
SHELL = /bin/bash
.SHELLFLAGS = -o pipefail -c
TOOL = $(GO) tool -modfile=tools.mod

.PHONY: build check test deps lint cross prove stability random bench fuzz submissions race attacks unprivileged bench-class deps-browser

build:
	$(GO) build -o bin/grader ./grader

# What running students' programs needs and a fresh machine may lack.
deps:
	@command -v python3 >/dev/null || { \
		command -v apt-get >/dev/null || { echo "install Python 3, then run make again" >&2; exit 1; }; \
		SUDO=; [ "$$(id -u)" = 0 ] || SUDO=sudo; \
		$$SUDO apt-get update -q && $$SUDO apt-get install -y -q python3; }

# What looking at the HTML report needs: its tests open it in a browser, and say
# so where there is none.
deps-browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
		command -v apt-get >/dev/null || { echo "no Chromium: the tests of the HTML report in a browser are skipped" >&2; exit 0; }; \
		SUDO=; [ "$$(id -u)" = 0 ] || SUDO=sudo; \
		$$SUDO apt-get update -q && $$SUDO apt-get install -y -q chromium; }

check: deps build
	bin/grader check submissions/yunes-tp3-ex12.zip

# Packages are tested two to a processor, the longest first: many tests wait for
# programs that wait. lint has what vet finds, and more. What was skipped is told,
# with the reason.
LONGEST = ./grader/cli ./grader/sandbox ./grader/attack ./grader/batch ./grader/report/html ./ci
test: deps deps-browser
	@log=$$(mktemp) && trap 'rm -f "$$log"' EXIT && status=0 && \
	$(GO) test -v -vet=off -timeout 30m -p $$((2 * $$(getconf _NPROCESSORS_ONLN))) $(LONGEST) ./... 2>&1 | \
		tee "$$log" | grep -a --line-buffered -E '^(ok|FAIL|\?)\s' || status=$$?; \
	if [ $$status = 0 ]; then grep -a -B 1 -e '--- SKIP' "$$log" | grep -a -v -e '^===' -e '^--$$' || :; \
	else grep -a -v -e '^=== ' -e '^ *--- PASS' "$$log"; fi; \
	exit $$status

ATTACKS ?= .
# Every hostile submission, as this user and, for root, as an unprivileged one.
attacks: deps
	$(GO) test -count 1 -timeout 15m -run '$(ATTACKS)' -v ./grader/attack | { grep -a -v -e '^=== ' -e '^    --- PASS' || :; }
	@$(MAKE) --no-print-directory unprivileged PACKAGES=attack RUN='$(ATTACKS)'

# Tests of what isolation promises, as a user without any privilege, in a copy
# that everybody can read: `make test` runs them as whoever calls it.
PACKAGES ?= attack sandbox
RUN ?= .
unprivileged: deps
	@if [ "$$(id -u)" != 0 ]; then echo "== not root: make test has run these tests as $$(id -un)"; exit 0; fi; \
	command -v setpriv >/dev/null || { echo "== not as an unprivileged user: setpriv (util-linux) is not there"; exit 0; }; \
	d=$$(mktemp -d) && trap 'rm -rf "$$d"' EXIT && chmod 755 "$$d" && mkdir -m 1777 "$$d/tmp" && \
	cp -r testdata "$$d" && chmod -R a+rX "$$d/testdata" && \
	for p in $(PACKAGES); do \
		mkdir -p "$$d/grader/$$p" && $(GO) test -c -o "$$d/grader/$$p/unprivileged.test" "./grader/$$p" || exit 1; \
	done; \
	for p in $(PACKAGES); do \
		echo "== $$p as user 65534"; short=; [ $$p = attack ] || short=-test.short; \
		(cd "$$d/grader/$$p" && setpriv --reuid=65534 --regid=65534 --clear-groups env -i PATH="$$PATH" TMPDIR="$$d/tmp" HOME="$$d/tmp" \
			./unprivileged.test $$short -test.timeout 15m -test.run '$(RUN)') || exit 1; \
	done

# The race detector needs cgo.
race: deps
	CGO_ENABLED=1 $(GO) test -race -short -timeout 30m ./...

lint:
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	@out=$$($(TOOL) gofumpt -l .); [ -z "$$out" ] || { echo "gofumpt wants to change:"; echo "$$out"; exit 1; }
	$(GO) mod tidy -diff

# Whether it builds elsewhere: without optimisation, which takes a third less.
PLATFORMS ?= darwin/arm64 windows/amd64 linux/arm64
cross:
	@for p in $(PLATFORMS); do \
		echo "== $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -gcflags 'all=-N -l' -o /dev/null ./grader || exit 1; \
	done

# Every labelled program must be marked as its label says.
prove: deps build
	bin/grader prove

# Every EVERYth labelled program, more than 40, is graded ROUNDS times: one by one,
# eight at once, and eight at once with busy loops beside them (twice and four
# times the cores). No status may differ, and each must be as labelled. On two
# cores it takes two hours.
ROUNDS ?= 100
EVERY ?= 18
# Each phase: how many busy loops a core, and how many gradings at once.
PHASES ?= 0,1 0,8 2,8 4,8
stability: deps build
	@cores=$$(getconf _NPROCESSORS_ONLN); \
	for phase in $(PHASES); do \
		set -- $${phase//,/ }; loops=$$(($$1 * cores)); busy=; \
		for i in $$(seq 1 $$loops); do sh -c 'while :; do :; done' & busy="$$busy $$!"; done; \
		trap 'kill $$busy 2>/dev/null' EXIT; \
		echo "== $(ROUNDS) rounds, $$loops busy loops beside, $$2 at once"; \
		bin/grader prove --every $(EVERY) --repeat $(ROUNDS) --jobs $$2 || exit 1; \
		[ -z "$$busy" ] || kill $$busy; trap - EXIT; \
	done

# Proof of silence against what random programs really do: RANDOM programs of
# four rounds each, alone and with busy loops beside them.
RANDOM ?= 1000
random: deps
	$(GO) test -c -o bin/sandbox.test ./grader/sandbox
	@cores=$$(getconf _NPROCESSORS_ONLN); \
	for loops in 0 $$((2 * cores)) $$((4 * cores)); do \
		busy=; for i in $$(seq 1 $$loops); do sh -c 'while :; do :; done' & busy="$$busy $$!"; done; \
		trap 'kill $$busy 2>/dev/null' EXIT; \
		echo "== $(RANDOM) random programs, $$loops busy loops beside"; \
		(cd grader/sandbox && ../../bin/sandbox.test -test.run TestRandomPrograms -random $(RANDOM)) || exit 1; \
		[ -z "$$busy" ] || kill $$busy; trap - EXIT; \
	done

bench: deps
	$(GO) test -run '^$$' -bench . -benchtime 20x ./...

# A class of CLASS archives made from the labelled programs, a quarter of them
# faulty, is graded in one batch, then again without changes; the marks of SAMPLE
# of them are compared with those of one-by-one grading. On a machine that does
# nothing else.
CLASS ?= 1000
SAMPLE ?= 100
bench-class: deps
	$(GO) test -run '^$$' -bench '^BenchmarkClass$$' -benchtime 1x -timeout 6h -v ./grader/batch -class $(CLASS) -sample $(SAMPLE)

fuzz:
	$(GO) test -run '^$$' -fuzz FuzzParseName -fuzztime 30s ./grader/archive
	$(GO) test -run '^$$' -fuzz FuzzOpen -fuzztime 30s ./grader/archive
	$(GO) test -run '^$$' -fuzz FuzzReadJournal -fuzztime 30s ./grader/batch

# Makes the sample archives from their sources.
submissions: build
	bin/grader pack yunes --tp 3 --ex 12 -o submissions submissions/src/yunes-tp3-ex12/*
	bin/grader pack degaulle --tp 3 --ex 1 -o submissions submissions/src/degaulle-tp3-ex1/*
	bin/grader pack curie --tp 3 --ex 2 -o submissions submissions/src/curie-tp3-ex2/*
	bin/grader pack lovelace --tp 3 --ex 3 -o submissions submissions/src/lovelace-tp3-ex3/*
	bin/grader pack hopper --tp 3 --ex 4 -o submissions submissions/src/hopper-tp3-ex4/*
