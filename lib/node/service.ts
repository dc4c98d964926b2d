import * as z from 'zod/mini';

/** What grants the locks on this node: `auto` lets the node decide by what is running. */
export const LOCK_MANAGER_CHOICES = ['auto', 'kernel', 'ganesha'] as const;
/** When monitor records are captured: as soon as statd writes, or once per recurring monitor. */
export const CAPTURE_CHOICES = ['watch', 'monitor'] as const;
/** How the lock store keeps monitor records. */
export const RECORD_FORMAT_CHOICES = ['record', 'copy'] as const;
/** How lock manager, status monitor and clients are made to recognise what was conveyed. */
export const TRIGGER_CHOICES = [
  'auto',
  'notify',
  'sm-notify',
  'lockd-restart',
  'nfs-restart',
  'none',
] as const;
/** When the grace period after a failover ends: by itself, or once all clients are back and nothing moves. */
export const GRACE_END_CHOICES = ['full', 'settled'] as const;

/**
 * One HA NFS service as its resource declares it: the parameters of nfslock, typed, and the name of the
 * resource instance. What the agent hands to the keeper, and what the keeper leaves in its run-time directory: what a
 * former version has left there must be read by the next one, so a field that is added needs a default (z._default).
 */
export const serviceSchema = z.object({
  /**
   * The resource instance; names the run-time directory, so only `[A-Za-z0-9_.:-]`, no dot first, and at most 71
   * characters: the path of the keeper's socket must fit into the 107 bytes that unix(7) gives it.
   */
  name: z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,70}$/)),
  /** The lock store's directory, absolute. */
  sharedDir: z.string().check(z.regex(/^\//)),
  /** Floating addresses, IPv4 or IPv6, canonical text, at least one. */
  addresses: z.array(z.string()).check(z.minLength(1)),
  /** Host names by which clients mount the service. */
  names: z.array(z.string()),
  /** Exported directories that must be exported before clients are told; empty: not waited for. */
  exports: z.array(z.string().check(z.regex(/^\//))),
  /** statd's directory, absolute; null: the one this system uses. */
  statdDir: z.nullable(z.string().check(z.regex(/^\//))),
  lockManager: z.enum(LOCK_MANAGER_CHOICES),
  capture: z.enum(CAPTURE_CHOICES),
  recordFormat: z.enum(RECORD_FORMAT_CHOICES),
  trigger: z.enum(TRIGGER_CHOICES),
  /** Source port of notifications; 0: any free privileged one. */
  notifyPort: z.int().check(z.gte(0), z.lte(0xffff)),
  /** How old a capture may be, in seconds, before the monitor says so. */
  maxLag: z.int().check(z.gte(1)),
  /** Whether locks that are unprotected are an error, rather than degraded. */
  strict: z.boolean(),
  /** A program and its arguments, run with `stop` and then `start` after them; empty: what systemd or the kernel has. */
  restartCommand: z.array(z.string()),
  /** Whether the service's locks on this node are released once its addresses have left. */
  unlockOnStop: z.boolean(),
  graceEnd: z.enum(GRACE_END_CHOICES),
});

export type Service = z.infer<typeof serviceSchema>;
