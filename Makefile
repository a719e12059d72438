# `make demo` shows a container with GPUs, `make test` runs every test, `make help` lists the rest.
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup build test demo bench fuzz faults gpu-test format format-check install deb rpm clean

PREFIX  ?= /usr/local
DESTDIR ?=
# Where podman and CRI-O look for hooks, whatever the prefix.
HOOKS_DIR ?= /usr/share/containers/oci/hooks.d
PACKAGES  ?= artifacts/packages

VERSION := $(shell sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
# What packages give as the time of their files: of the last commit, so that whoever builds it makes the same bytes.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null)

# As Debian calls it. Another than the machine's own is built by a cross compiler, and its results stay apart.
machine := $(patsubst x86_64,amd64,$(patsubst aarch64,arm64,$(shell uname -m)))
ARCH := $(machine)
rid_amd64 := linux-x64
rid_arm64 := linux-arm64
rid := $(or $(rid_$(ARCH)),$(error ARCH is $(ARCH); gpu-runtime is built for amd64 and arm64))
triple_amd64 := x86_64-linux-gnu-
triple_arm64 := aarch64-linux-gnu-
cross := $(if $(filter-out $(machine),$(ARCH)),$(triple_$(ARCH)))
out := artifacts$(if $(cross),/$(ARCH))
# The version of .NET's packs for $(rid), where the registry lacks that which the SDK asks for.
RUNTIME_PACKS :=
publish_options := $(if $(cross),-p:CppCompilerAndLinker=$(cross)gcc -p:ObjCopyName=$(cross)objcopy) $(if $(RUNTIME_PACKS),-p:RuntimePacks=$(RUNTIME_PACKS))

bin := $(out)/bin
cooperative := $(out)/lib/gpu-runtime/cooperative
test_hosts := artifacts/obj/bin/GpuRuntime.TestHosts/release/gpu-runtime-test-hosts.dll
sources := $(filter-out src/native/cooperative/%,$(shell find src -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name '*.xml' -o -name '*.proto' -o -name '*.[ch]') $(wildcard src/GpuRuntime.Agent/Web/Files/*)) \
           Directory.Build.props Directory.Packages.props

# No build server outlives its command, and the SDK needs no ICU from the system.
export MSBUILDDISABLENODEREUSE := 1
export DOTNET_CLI_USE_MSBUILD_SERVER := 0
export UseSharedCompilation := false
export DOTNET_NOLOGO := 1
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT := 1

help:
	@echo 'make demo          a container with a GPU, by runc, on a simulated host (REAL=1: on this machine'"'"'s GPUs)'
	@echo 'make test          every test; the last line says how many passed, failed, were skipped'
	@echo 'make bench         what a container start costs over bare runc, and what the agent costs; KEEP=NAME keeps it in docs/benchmarks'
	@echo 'make fuzz          MINUTES=10 [TARGET=x]: inputs that break a reader, kept in artifacts/fuzz/findings'
	@echo 'make faults        every system call of create, delete, hook and agent fails with every error (make test: every third with one)'
	@echo 'make gpu-test      the checks on a real NVIDIA host, from what make build left in $(bin)'
	@echo 'make build         the executables, in $(bin), and the libraries of the cooperative limit, in $(cooperative)'
	@echo 'make setup         installs what the targets need and this machine lacks (Debian packages)'
	@echo 'make format        formats the C# sources; make format-check only looks'
	@echo 'make install       PREFIX=$(PREFIX) DESTDIR=$(DESTDIR); keeps an /etc/gpu-runtime/config.json that exists'
	@echo 'make deb, make rpm the packages of version $(VERSION) for $(ARCH), in $(PACKAGES)'
	@echo 'make clean         removes artifacts/'
	@echo 'ARCH=arm64 or ARCH=amd64 builds for that one, by Debian'"'"'s cross compiler'

setup:
	@build/setup.sh

build: $(bin)/gpu-runtime $(bin)/gpu-runtime-hook $(bin)/gpu-runtime-agent $(bin)/cuda-probe $(cooperative)/libcuda.so.1

$(bin)/gpu-runtime:       project := GpuRuntime
$(bin)/gpu-runtime-hook:  project := GpuRuntime.Hook
$(bin)/gpu-runtime-agent: project := GpuRuntime.Agent
$(bin)/gpu-runtime $(bin)/gpu-runtime-hook $(bin)/gpu-runtime-agent: $(sources) | setup
	dotnet publish src/$(project)/$(project).csproj -c Release -r $(rid) -o $(out)/publish/$(project) $(publish_options) -m:1 -nodeReuse:false -v:quiet -nologo
	@mkdir -p $(@D)
	@install -m 0755 $(out)/publish/$(project)/$(@F) $@

$(cooperative)/libcuda.so.1 $(cooperative)/libnvidia-ml.so.1 &: $(wildcard src/native/cooperative/*) | setup
	CC=$(cross)gcc OBJDUMP=$(cross)objdump src/native/cooperative/build.sh $(cooperative)

# Runs on hosts with any glibc: the reasons for these flags are in the source.
$(bin)/cuda-probe: tests/gpu-test/cuda-probe.c | setup
	@mkdir -p $(@D)
	$(cross)gcc -std=gnu11 -O2 -Wall -Wextra -Werror -fno-stack-protector -U_FORTIFY_SOURCE -fno-pie -no-pie -nostartfiles -o $@ $< \
	    -Wl,--no-as-needed -l:libdl.so.2 -Wl,--as-needed,-s

# Makes simulated hosts, images and bundles; the tests use the same code.
$(test_hosts): $(wildcard tests/GpuRuntime.TestHosts/*.csproj) $(shell find tests/GpuRuntime.TestHosts -name '*.cs') tests/Directory.Build.props Directory.Build.props Directory.Packages.props | setup
	dotnet msbuild tests/GpuRuntime.TestHosts/GpuRuntime.TestHosts.csproj -restore -p:Configuration=Release -m:1 -nodeReuse:false -v:quiet -nologo
	@touch $@

test: setup build $(test_hosts)
	@build/test.sh

demo: setup build $(test_hosts)
	@build/demo.sh

bench: setup build $(test_hosts)
	@KEEP='$(KEEP)' tests/bench/run.sh

MINUTES ?= 10
fuzz: setup
	@MINUTES='$(MINUTES)' TARGET='$(TARGET)' build/fuzz.sh

faults: setup build
	GPU_RUNTIME_ALL_FAULTS=1 dotnet test tests/GpuRuntime.Security.Tests/GpuRuntime.Security.Tests.csproj -m:1 -nodeReuse:false -nologo \
	    --logger 'console;verbosity=normal' --filter 'FullyQualifiedName~EveryCallRows|FullyQualifiedName~EveryHookCallRows|FullyQualifiedName~EveryAgentCallRows'

# Without prerequisites: it runs where there is no compiler, no SDK and no network.
gpu-test:
	@tests/gpu-test/run.sh

format: setup
	dotnet format GpuRuntime.sln

format-check: setup
	dotnet format GpuRuntime.sln --verify-no-changes

# Whoever installs may be root without an SDK, so nothing is built here.
completions_bash := bash-completion/completions
completions_zsh := zsh/site-functions
completions_fish := fish/vendor_completions.d
install: owner := $(if $(filter 0,$(shell id -u)),-o root -g root)
install:
	@for file in gpu-runtime gpu-runtime-hook gpu-runtime-agent; do \
	    [ -x $(bin)/$$file ] || { echo "$(bin)/$$file is not there: run 'make build' first" >&2; exit 1; }; done
	@[ -f $(cooperative)/libcuda.so.1 ] || { echo "$(cooperative)/libcuda.so.1 is not there: run 'make build' first" >&2; exit 1; }
	install -d $(owner) -m 0755 $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/gpu-runtime $(DESTDIR)/etc/gpu-runtime
	install $(owner) -m 0755 $(bin)/gpu-runtime $(bin)/gpu-runtime-hook $(bin)/gpu-runtime-agent $(DESTDIR)$(PREFIX)/bin
	install -d $(owner) -m 0755 $(DESTDIR)$(PREFIX)/lib/gpu-runtime/cooperative
	install $(owner) -m 0755 $(cooperative)/libcuda.so.1 $(cooperative)/libnvidia-ml.so.1 $(DESTDIR)$(PREFIX)/lib/gpu-runtime/cooperative
	install $(owner) -m 0644 README.md LICENSE $(wildcard docs/*.md) config/config.json config/daemon.json \
	    packaging/modules-load.d/gpu-runtime-nvidia.conf $(DESTDIR)$(PREFIX)/share/doc/gpu-runtime
	@for section in 1 5 8; do \
	    echo "install man/*.$$section in $(DESTDIR)$(PREFIX)/share/man/man$$section"; \
	    install -d $(owner) -m 0755 $(DESTDIR)$(PREFIX)/share/man/man$$section; \
	    install $(owner) -m 0644 man/*.$$section $(DESTDIR)$(PREFIX)/share/man/man$$section; done
	@for shell in $(foreach shell,bash zsh fish,$(shell)=$(completions_$(shell))); do \
	    echo "install completions/$${shell%=*} in $(DESTDIR)$(PREFIX)/share/$${shell#*=}"; \
	    install -d $(owner) -m 0755 $(DESTDIR)$(PREFIX)/share/$${shell#*=}; \
	    install $(owner) -m 0644 completions/$${shell%=*}/* $(DESTDIR)$(PREFIX)/share/$${shell#*=}; done
	install -d $(owner) -m 0755 $(DESTDIR)$(PREFIX)/lib/tmpfiles.d
	install $(owner) -m 0644 packaging/tmpfiles.d/gpu-runtime.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d
	install -d $(owner) -m 0755 $(DESTDIR)$(PREFIX)/share/doc/gpu-runtime/compose
	install $(owner) -m 0644 $(wildcard config/compose/*.yaml) $(DESTDIR)$(PREFIX)/share/doc/gpu-runtime/compose
	@for kind in prometheus grafana; do \
	    echo "install config/$$kind in $(DESTDIR)$(PREFIX)/share/doc/gpu-runtime/$$kind"; \
	    install -d $(owner) -m 0755 $(DESTDIR)$(PREFIX)/share/doc/gpu-runtime/$$kind; \
	    install $(owner) -m 0644 config/$$kind/* $(DESTDIR)$(PREFIX)/share/doc/gpu-runtime/$$kind; done
	install -d $(owner) -m 0755 $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/udev/rules.d
	@for file in packaging/systemd/*; do \
	    echo "install $$file in $(DESTDIR)$(PREFIX)/lib/systemd/system"; \
	    sed 's|/usr/local/bin/|$(PREFIX)/bin/|' $$file | install $(owner) -m 0644 /dev/stdin $(DESTDIR)$(PREFIX)/lib/systemd/system/$${file##*/}; done
	install $(owner) -m 0644 packaging/udev/60-gpu-runtime.rules $(DESTDIR)$(PREFIX)/lib/udev/rules.d
	@echo 'To keep CDI specifications fresh: systemctl enable --now $(notdir $(wildcard packaging/systemd/gpu-runtime-cdi-refresh.*))'
	@echo 'For metrics, and to hold memory limits that neither hardware nor kernel can hold: systemctl enable --now gpu-runtime-agent'
	install -d $(owner) -m 0755 $(DESTDIR)$(HOOKS_DIR)
	@for file in hooks/*.json; do \
	    echo "install $$file in $(DESTDIR)$(HOOKS_DIR)"; \
	    sed 's|/usr/local/bin/|$(PREFIX)/bin/|' $$file | install $(owner) -m 0644 /dev/stdin $(DESTDIR)$(HOOKS_DIR)/$${file##*/}; done
	@DESTDIR='$(DESTDIR)' packaging/compatible-name.sh install '$(PREFIX)/bin'
	install -d $(owner) -m 0755 $(DESTDIR)$(PREFIX)/libexec/docker/cli-plugins
	@link='$(DESTDIR)$(PREFIX)/libexec/docker/cli-plugins/docker-gpu'; program=../../../bin/gpu-runtime; \
	if { [ -e "$$link" ] || [ -L "$$link" ]; } && [ "$$(readlink "$$link")" != $$program ]; then echo "kept $$link, which is not ours: docker gpu is that"; \
	else ln -sfn $$program "$$link"; echo "$$link: docker gpu run, ls and check"; fi
	@if [ -e $(DESTDIR)/etc/gpu-runtime/config.json ]; then echo 'kept $(DESTDIR)/etc/gpu-runtime/config.json'; \
	else install $(owner) -m 0644 config/config.json $(DESTDIR)/etc/gpu-runtime/config.json; fi

deb rpm: build
	@[ -n '$(SOURCE_DATE_EPOCH)' ] || { echo 'This is no git checkout: say by SOURCE_DATE_EPOCH which time the packages give as that of their files' >&2; exit 1; }
	@SOURCE_DATE_EPOCH='$(SOURCE_DATE_EPOCH)' packaging/$@/build.sh '$(VERSION)' '$(ARCH)' '$(PACKAGES)'

clean:
	rm -rf artifacts
