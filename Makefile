# Two commands do everything on a machine that has Go and git:
#   make check   installs what is missing, builds, grades a submission
#   make test    runs every test
GO ?= go
export CGO_ENABLED = 0
TOOL = $(GO) tool -modfile=tools.mod

.PHONY: build check test deps deps-browser lint cross prove stability bench fuzz submissions race

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

test: deps deps-browser
	$(GO) test -timeout 30m ./...

# The race detector needs cgo.
race: deps
	CGO_ENABLED=1 $(GO) test -race -short -timeout 30m ./...

lint:
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	@out=$$($(TOOL) gofumpt -l .); [ -z "$$out" ] || { echo "gofumpt wants to change:"; echo "$$out"; exit 1; }
	$(GO) mod tidy -diff

cross:
	GOOS=darwin GOARCH=arm64 $(GO) build -o /dev/null ./grader
	GOOS=windows GOARCH=amd64 $(GO) build -o /dev/null ./grader
	GOOS=linux GOARCH=arm64 $(GO) build -o /dev/null ./grader

# Every labelled program must be marked as its label says.
prove: deps build
	bin/grader prove

# Every EVERYth labelled program is graded ROUNDS times: alone, with busy loops
# beside it (twice and four times the cores), and eight at once. No status may
# differ, and each must be as labelled.
ROUNDS ?= 100
EVERY ?= 12
stability: deps build
	@cores=$$(getconf _NPROCESSORS_ONLN); \
	for phase in "0 1" "2 1" "4 1" "0 8"; do \
		set -- $$phase; loops=$$(($$1 * cores)); busy=; \
		for i in $$(seq 1 $$loops); do sh -c 'while :; do :; done' & busy="$$busy $$!"; done; \
		trap 'kill $$busy 2>/dev/null' EXIT; \
		echo "== $(ROUNDS) rounds, $$loops busy loops beside, $$2 at once"; \
		bin/grader prove --every $(EVERY) --repeat $(ROUNDS) --jobs $$2 || exit 1; \
		[ -z "$$busy" ] || kill $$busy; trap - EXIT; \
	done

bench: deps
	$(GO) test -run '^$$' -bench . -benchtime 20x ./...

fuzz:
	$(GO) test -run '^$$' -fuzz FuzzParseName -fuzztime 30s ./grader/archive
	$(GO) test -run '^$$' -fuzz FuzzOpen -fuzztime 30s ./grader/archive

# Makes the sample archives from their sources.
submissions: build
	bin/grader pack yunes --tp 3 --ex 12 -o submissions submissions/src/yunes-tp3-ex12/*
	bin/grader pack degaulle --tp 3 --ex 1 -o submissions submissions/src/degaulle-tp3-ex1/*
	bin/grader pack curie --tp 3 --ex 2 -o submissions submissions/src/curie-tp3-ex2/*
	bin/grader pack lovelace --tp 3 --ex 3 -o submissions submissions/src/lovelace-tp3-ex3/*
	bin/grader pack hopper --tp 3 --ex 4 -o submissions submissions/src/hopper-tp3-ex4/*
