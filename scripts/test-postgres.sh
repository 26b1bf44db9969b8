#!/usr/bin/env bash
# A PostgreSQL server for one run of tests: its own data, reached by a socket in its own folder, stopped and removed once the process that
# asked for it has ended.
#
#   scripts/test-postgres.sh [PROCESS]         prints the server's address; PROCESS is the one to outlive, the caller if absent
#   scripts/test-postgres.sh restart FOLDER    stops that server as a crash would, and starts it again
#   scripts/test-postgres.sh tls FOLDER CERTIFICATE KEY PORT
#                                              restarts that server so that it is reached by TLS, at that port of this machine, and by no other way
#
# As a setup script of nextest it hands the address to the tests in TISSERAND_TEST_POSTGRES. Where that is set already, the server it names
# serves, and none is started.
set -euo pipefail

hand_over() {
  if [ -n "${NEXTEST_ENV:-}" ]; then echo "TISSERAND_TEST_POSTGRES=$1" >>"$NEXTEST_ENV"; else echo "$1"; fi
  exit 0
}

if [ -z "${1:-}" ] && [ -n "${TISSERAND_TEST_POSTGRES:-}" ]; then hand_over "$TISSERAND_TEST_POSTGRES"; fi

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
if [ -z "$programs" ] && command -v pg_config >/dev/null; then programs=$(pg_config --bindir); fi
if [ ! -x "$programs/initdb" ]; then
  echo "PostgreSQL's server is missing; on Debian: apt-get install postgresql-15 (scripts/needs.sh test does it as root)" >&2
  exit 1
fi

# The server refuses to run as root.
as_user=()
if [ "$(id -u)" = 0 ]; then as_user=(runuser -u postgres --); fi


# fsync stays on, as it does where people work. The zone is far away, so that a result that depends on it shows.
start() {
  setsid "${as_user[@]}" "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=400 \
    -c shared_buffers=64MB -c max_wal_size=4GB -c log_min_messages=warning -c timezone=America/New_York "$@" \
    </dev/null >>"$folder/server.log" 2>&1 &
  for _ in $(seq 400); do
    if "$programs/pg_isready" -q -h "$folder"; then return; fi
    sleep 0.05
  done
  cat "$folder/server.log" >&2
  exit 1
}

crash() {
  server=$(head -1 "$folder/data/postmaster.pid")
  kill -QUIT "$server"
  while kill -0 "$server" 2>/dev/null; do sleep 0.05; done
}

if [ "${1:-}" = restart ]; then
  folder=$2
  crash
  start
  exit 0
fi

if [ "${1:-}" = tls ]; then
  folder=$2 port=$5
  crash
  install -m 600 "$3" "$folder/data/tls.crt"
  install -m 600 "$4" "$folder/data/tls.key"
  if [ "$(id -u)" = 0 ]; then chown postgres "$folder/data/tls.crt" "$folder/data/tls.key"; fi
  printf '%s\n' "local all postgres trust" "hostssl all all 127.0.0.1/32 trust" >"$folder/data/pg_hba.conf"
  # The socket keeps its place: its name has the port in it.
  export PGPORT=$port
  start -c ssl=on -c ssl_cert_file=tls.crt -c ssl_key_file=tls.key -c listen_addresses=127.0.0.1 -c port="$port"
  exit 0
fi

watched=${1:-$PPID}
folder=$(mktemp -d /tmp/tisserand-postgres.XXXXXX)
chmod 755 "$folder"
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
cd "$folder"
"${as_user[@]}" "$programs/initdb" --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >initdb.log 2>&1 ||
  { cat initdb.log >&2; exit 1; }
start
psql=("$programs/psql" -q -v ON_ERROR_STOP=1 -h "$folder" -U postgres -d postgres)
"${psql[@]}" -c "CREATE ROLE tisserand LOGIN" -c "CREATE DATABASE tisserand OWNER tisserand"

setsid bash -c "
  while kill -0 $watched 2>/dev/null; do sleep 0.5; done
  server=\$(head -1 '$folder/data/postmaster.pid')
  kill -INT \$server 2>/dev/null
  for _ in \$(seq 100); do kill -0 \$server 2>/dev/null || break; sleep 0.1; done
  rm -rf '$folder'
" </dev/null >/dev/null 2>&1 &

hand_over "postgres://tisserand@%2Ftmp%2F${folder#/tmp/}/tisserand"
