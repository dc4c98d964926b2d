#!/bin/sh
#
# ocf:lockferry:nfslock - what Pacemaker runs. SPDX-License-Identifier: MIT
#
# Answers by itself what needs no Node.js: meta-data, usage, probes, anything about a service that is not started here,
# and a recurring monitor of one that is well.
# Everything else is the bundle's, whose answers come as 64 + OCF code. Any other exit code is a crash of Node.js
# (it has 1, 7, 9, 13, 14, 134 of its own) and is never passed on as an answer. stop works without Node.js.

LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

share=/usr/share/lockferry
# scripts/build.mjs puts Lockferry's version here.
version=
services=/run/lockferry/services
kept=/run/lockferry/node/kept
callouts=/run/lockferry/callout
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

# Sets code to the exit code of the bundle, and crash to what went wrong where that is no answer; answer is what a crash
# answers: 1, or 5 where nothing but an installation helps, so that Pacemaker goes to another node at once.
run_bundle() {
	answer=1
	interpreter=
	for program in $interpreters; do
		[ -x "$program" ] && [ "${OCF_TESTER_FAIL_HAVE_BINARY-}" != 1 ] && interpreter=$program && break
	done
	if [ -z "$interpreter" ]; then
		code=127 answer=5 crash="no Node.js at $interpreters; install nodejs"
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

# Does the caller speak OCF 1.1, which has a code for a service that runs and is not quite well?
knows_degraded() {
	case ${OCF_RA_VERSION_MAJOR-}.${OCF_RA_VERSION_MINOR-} in
	1.[1-9]* | [2-9].* | [1-9][0-9]*.*) return 0 ;;
	esac
	return 1
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

# Does the keeper's word that all is well, which it leaves every two seconds while it is so, answer this monitor? Only if
# it is fresh, the keeper lives, and a monitor of this version with these very parameters has found them to be those that
# this keeper works with; else the bundle asks, as it does at a deeper check level. No process is started for this.
#
# So a failure is noticed by the first monitor that begins valid + 1 seconds after it, and usually by the next, for a
# keeper that is not well takes its word back at once. One that was killed is noticed by the next in any case.
valid=3
is_well() {
	case ${OCF_CHECK_LEVEL-} in
	'' | 0) ;;
	*) return 1 ;;
	esac
	[ -S "$run/keeper.sock" ] && read -r pid <"$run/keeper.pid" && read -r well <"$run/verdict" || return 1
	read_clock
	case $pid$well$now in
	*[!0-9]*) return 1 ;;
	esac
	[ "$well" -le "$now" ] && [ $((now - well)) -le $valid ] && has_agreed <"$run/agreed"
} 2>/dev/null

# Was it this keeper that was found to work with our parameters? Reads lib/keeper/agreed.ts's file.
has_agreed() {
	read -r of whom since && [ "$of $whom" = "$version $pid" ] && is_since "$since" || return 1
	while IFS= read -r line; do
		name=${line%%=*}
		case $name in
		*[!a-z_]*) return 1 ;;
		esac
		eval "given=\${OCF_RESKEY_$name-}"
		[ "$given" = "${line#*=}" ] || return 1
	done
}

# Does process $pid live, and did it start then? proc(5): the name, in parentheses, is followed by state and numbers.
is_since() {
	start=$1
	read -r stat <"/proc/$pid/stat" || return 1
	set -- ${stat##*) }
	[ "$1" != Z ] && [ "$1" != X ] && [ "${20}" = "$start" ]
}

# Sets now to the seconds since the boot.
read_clock() {
	read -r now _ </proc/uptime
	now=${now%.*}
}

# Ends the keeper without Node.js: TERM, on which it does all that belongs to a stop; after 8 s, which it gets from the bundle,
# too, or when the stop has used most of the 20 s of the meta-data, KILL. One that a hung file system holds is not waited for.
end_keeper() {
	undone=
	if is_keeper; then
		kill -TERM "$pid"
		read_clock
		[ $((now + 8)) -ge "$latest" ] || latest=$((now + 8))
		while is_keeper && [ "$now" -lt "$latest" ]; do
			sleep 0.1
			read_clock
		done
		is_keeper && kill -KILL "$pid" && undone='the keeper was killed'
	elif [ -e "$run/service.json" ] || [ -e "$kept/${run##*/}" ]; then
		undone='no keeper was there to leave'
	fi
	[ -z "$undone" ] || echo "WARNING: $undone: not all clients may be recorded, nor all locks released" >&2
	rm -f "$run/service.json"
	rm -rf "$callouts/${run##*/}" "$run"
}

case ${1-} in
meta-data) exec cat "$share/nfslock.xml" ;;
usage | help) exec cat "$share/nfslock.usage" ;;
start | validate-all | migrate_from) find_run ;;
monitor | status)
	find_run
	[ -n "$run" ] && [ -e "$run/service.json" ] || exit 7
	# A probe asks for no more than that.
	[ "${OCF_RESKEY_CRM_meta_interval-}" = 0 ] || is_well && exit 0
	;;
reload-agent | migrate_to)
	find_run
	[ -n "$run" ] && [ -e "$run/service.json" ] || exit 7
	;;
stop)
	find_run
	# A stop before this one may have left its locks here, for a start that has failed since.
	[ -n "$run" ] && { [ -e "$run" ] || [ -e "$kept/${run##*/}" ]; } || exit 0
	read_clock
	# By then a keeper that does not end is killed, whatever took the time.
	latest=$((now + 14))
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
	end_keeper
	exit 0
fi
[ -z "$crash" ] && exit "$code"
reason "$crash"
# What the keeper does, it does without us: a service that is protected is not taken down because we cannot ask.
case $1 in
monitor | status)
	is_keeper && knows_degraded && exit 190
	is_keeper && exit 0
	;;
# Of a service that runs: 5 would keep it away from this node.
reload-agent | migrate_to) exit 1 ;;
esac
exit "$answer"
