#!/bin/sh
#
# ocf:lockferry:nfslock - what Pacemaker runs. SPDX-License-Identifier: MIT
#
# Answers by itself what needs no Node.js: meta-data, usage, and anything about a service that is not started here.
# Everything else is the bundle's, whose answers come as 64 + OCF code. Any other exit code is a crash of Node.js
# (it has 1, 7, 9, 13, 14, 134 of its own) and is never passed on as an answer. stop works without Node.js.

LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

share=/usr/share/lockferry
services=/run/lockferry/services
# scripts/install --node puts another interpreter here.
interpreters='/usr/bin/node /usr/bin/nodejs'

reason() {
	printf '%s%s\n' "${OCF_EXIT_REASON_PREFIX:-ocf-exit-reason:}" "$1" >&2
}

# The run-time directory of the service; none where the instance's name could never have been started.
find_run() {
	run=
	case ${OCF_RESOURCE_INSTANCE-} in
	'' | [!A-Za-z0-9_]* | *[!A-Za-z0-9_.:-]*) return ;;
	esac
	[ ${#OCF_RESOURCE_INSTANCE} -gt 128 ] || run=$services/$OCF_RESOURCE_INSTANCE
}

# Sets code to the exit code of the bundle, and crash to what went wrong where that is no answer.
run_bundle() {
	interpreter=
	for program in $interpreters; do
		[ -x "$program" ] && [ "${OCF_TESTER_FAIL_HAVE_BINARY-}" != 1 ] && interpreter=$program && break
	done
	if [ -z "$interpreter" ]; then
		code=127 crash="no Node.js at $interpreters; install nodejs"
		return
	fi
	# Options and paths of somebody's shell must not reach the interpreter.
	for variable in $(env | sed -n 's/^\(NODE_[A-Za-z0-9_]*\)=.*/\1/p') OPENSSL_CONF; do
		unset "$variable"
	done
	"$interpreter" "$share/nfslock.cjs" "$1" </dev/null
	code=$?
	case $code in
	64 | 65 | 66 | 67 | 69 | 70 | 71 | 254) code=$((code - 64)) crash= ;;
	12[67]) crash="$interpreter cannot be run (code $code); reinstall nodejs" ;;
	129 | 1[3-9]?) crash="Node.js was killed by signal $((code - 128)) in $1; see the log" ;;
	*) crash="Node.js ended with code $code in $1; see the log, or reinstall lockferry" ;;
	esac
}

# Is the process in keeper.pid really the keeper of this service? A dead one's number may be another's by now.
is_keeper() {
	pid=
	read -r pid <"$run/keeper.pid" || [ -n "$pid" ] || return 1
	case $pid in
	'' | 0 | 1 | *[!0-9]*) return 1 ;;
	esac
	case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
	*"/keeper.cjs ${run##*/} ") return 0 ;;
	esac
	return 1
} 2>/dev/null

# Ends the keeper without Node.js: TERM, 2 s, KILL. One that a hung file system holds is not waited for.
end_keeper() {
	if is_keeper; then
		kill -TERM "$pid"
		tries=20
		while [ $tries -gt 0 ] && is_keeper; do
			sleep 0.1
			tries=$((tries - 1))
		done
		is_keeper && kill -KILL "$pid"
	fi
	rm -f "$run/service.json"
	rm -rf "$run"
}

case ${1-} in
meta-data) exec cat "$share/nfslock.xml" ;;
usage | help) exec cat "$share/nfslock.usage" ;;
start | validate-all | migrate_from) find_run ;;
monitor | status | reload-agent | migrate_to)
	find_run
	[ -n "$run" ] && [ -e "$run/service.json" ] || exit 7
	;;
stop)
	find_run
	[ -n "$run" ] && [ -e "$run" ] || exit 0
	;;
*)
	cat "$share/nfslock.usage" >&2
	exit 3
	;;
esac

run_bundle "$1"
if [ "$1" = stop ]; then
	[ "$code$crash" = 0 ] && exit 0
	[ -n "$crash" ] && echo "WARNING: $crash" >&2
	echo "WARNING: the keeper is ended without a last capture, and locks are not released" >&2
	end_keeper
	exit 0
fi
[ -z "$crash" ] && exit "$code"
reason "$crash"
exit 1
