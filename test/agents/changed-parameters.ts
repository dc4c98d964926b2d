import type { nfslockParameters } from '../../agents/nfslock-parameters.ts';

/** A parameter, and the value that it gets on a running resource. */
export type Changed = readonly [name: keyof typeof nfslockParameters, value: string];

/** Taken up in place, one after another; the value that each ends with suits the ones after it. */
export const changedInPlace: readonly Changed[] = [
  ['names', 'nfs-vip nfs.example.test'],
  ['exports', '/srv/shared/export'],
  ['record_format', 'copy'],
  ['record_format', 'record'],
  ['capture', 'monitor'],
  ['capture', 'watch'],
  ['trigger', 'notify'],
  ['restart_command', '/usr/local/sbin/nfs-ganesha --quiet'],
  ['grace_end', 'settled'],
  ['notify_port', '722'],
  ['max_lag', '5'],
  ['strict', 'true'],
  ['unlock_on_stop', 'false'],
];

/** These stop and start the resource. With unlock_on_stop=false a lock manager that runs on keeps the locks meanwhile. */
export const changedByRestart: readonly Changed[] = [
  ['lock_manager', 'ganesha'],
  ['statd_dir', '/var/lib/nfs'],
  ['ip', '10.77.0.100,10.77.0.100'],
];

/** So does this one: the new store knows nobody. */
export const changedStore: Changed = ['shared_dir', '/srv/shared/another'];
