import type { nfslockParameters } from '../../agents/nfslock-parameters.ts';

export interface WrongParameter {
  readonly name: keyof typeof nfslockParameters;
  /** Undefined: the parameter is not given at all. */
  readonly value: string | undefined;
  /** How the exit reason shows it. */
  readonly shown: string;
}

const PATHS: readonly [string, string][] = [
  ['relative/path', '"relative/path"'],
  ['./here', '"./here"'],
  ['/', '"/"'],
  ['/srv/../etc', '"/srv/../etc"'],
  ['/srv/a\nb', '"/srv/a\\nb"'],
  ['$(touch /tmp/lockferry-was-here)', '"$(touch /tmp/lockferry-was-here)"'],
  ['"; reboot; "', '""; reboot; ""'],
];

/** Values that are wrong on every node: for the unit test, and for the test of the installed agent. */
export const wrongParameters: readonly WrongParameter[] = [
  { name: 'shared_dir', value: undefined, shown: 'nothing' },
  { name: 'shared_dir', value: '', shown: 'an empty value' },
  ...PATHS.map(([value, shown]) => ({ name: 'shared_dir', value, shown }) as const),
  { name: 'shared_dir', value: `x${'\n'.repeat(200)}`, shown: `"x${'\\n'.repeat(19)}\\...` },
  { name: 'ip', value: undefined, shown: 'nothing' },
  { name: 'ip', value: '', shown: 'an empty value' },
  { name: 'ip', value: ' , ', shown: '" , "' },
  { name: 'ip', value: '192.0.2.256', shown: '"192.0.2.256"' },
  { name: 'ip', value: '192.0.2.1/24', shown: '"192.0.2.1/24"' },
  { name: 'ip', value: '192.0.2.1,nfs.example.test', shown: '"nfs.example.test"' },
  { name: 'ip', value: 'fe80::1%eth0', shown: '"fe80::1%eth0"' },
  { name: 'ip', value: '0.0.0.0', shown: '"0.0.0.0"' },
  { name: 'ip', value: "'192.0.2.1'", shown: `"'192.0.2.1'"` },
  { name: 'ip', value: '$(id)', shown: '"$(id)"' },
  { name: 'ip', value: '`id`', shown: '"`id`"' },
  { name: 'names', value: '-nfs', shown: '"-nfs"' },
  { name: 'names', value: 'nfs,192.0.2.1', shown: '"192.0.2.1"' },
  { name: 'names', value: 'nfs;reboot', shown: '"nfs;reboot"' },
  { name: 'names', value: 'nfs\u202eexe', shown: '"nfs\\u202eexe"' },
  { name: 'exports', value: '/srv/a srv/b', shown: '"srv/b"' },
  { name: 'exports', value: '/srv/a,/srv/../b', shown: '"/srv/../b"' },
  { name: 'record_format', value: 'Record', shown: '"Record"' },
  { name: 'record_format', value: 'json', shown: '"json"' },
  { name: 'capture', value: 'always', shown: '"always"' },
  { name: 'grace_end', value: 'early', shown: '"early"' },
  { name: 'capture', value: 'watch\nmonitor', shown: '"watch\\nmonitor"' },
  { name: 'trigger', value: 'restart', shown: '"restart"' },
  { name: 'trigger', value: 'sm_notify', shown: '"sm_notify"' },
  { name: 'restart_command', value: 'systemctl restart nfs', shown: '"systemctl restart nfs"' },
  { name: 'restart_command', value: '/x\nreboot', shown: '"/x\\nreboot"' },
  { name: 'lock_manager', value: 'lockd', shown: '"lockd"' },
  ...PATHS.map(([value, shown]) => ({ name: 'statd_dir', value, shown }) as const),
  ...['-1', '65536', '111.5', '0x6f', 'any', '', ' '].flatMap((value) =>
    value === '' ? [] : [{ name: 'notify_port', value, shown: `"${value}"` } as const],
  ),
  ...['0', '-5', '1.5', '30s', '86401', '1e3', '9'.repeat(20)].map(
    (value) => ({ name: 'max_lag', value, shown: `"${value}"` }) as const,
  ),
  { name: 'strict', value: 'very', shown: '"very"' },
  { name: 'unlock_on_stop', value: 'maybe', shown: '"maybe"' },
  { name: 'unlock_on_stop', value: '2', shown: '"2"' },
];
