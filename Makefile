# run: build everything, start Tisserand with demo data.   test: every check.   check: the quick ones.   bench: ratios against raw limits.
# openapi: docs/openapi.json and the types of the web application, made again.
.PHONY: run test check openapi bench web clean

run:
	@scripts/needs.sh run
	@$(MAKE) --no-print-directory web
	cargo build --release --locked --package tisserand
	target/release/tisserand demo

# The web application, built again only when its sources are newer.
# What forms run of the Rust code is among them (crates/device).
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/openapi/*' -not -path 'web/dist/*' -not -path 'web/test-results/*' -not -path 'web/src/device/made/*' 2>/dev/null) \
	$(shell find crates/device crates/dictionary -name '*.rs' -o -name Cargo.toml)
web: web/dist/index.html
web/dist/index.html: $(WEB_SOURCES)
	cd web && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund; } && npm run build

test:
	@scripts/test.sh

check:
	@scripts/test.sh quick

openapi:
	@scripts/openapi.sh

bench: web
	cargo run --release --locked --package bench
	cargo build --release --locked --package tisserand
	cd web && npm run --silent bench

clean:
	cargo clean
	rm -rf web/dist web/node_modules
