import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Nfsd, servesV4 } from '../node/nfsd.ts';

/**
 * Why an nfsd whose threads start begins no NFSv4 grace period, in which lockd takes reclaims, too; null where it does.
 * @param nfsdcld nfsdcld(8) runs. It is stopped for the moment where no NFSv4 is served, and then it skips nothing.
 */
export function noV4Grace(nfsd: Nfsd, nfsdcld: boolean, root: string): string | null {
  const files = join(root, 'proc/fs/nfsd');
  if (existsSync(join(files, 'threads')) && !existsSync(join(files, 'v4_end_grace')))
    return "this kernel's nfsd has no NFSv4";
  if (nfsdcld && (nfsd.threads === 0 || servesV4(nfsd)))
    return 'nfsdcld lets nfsd skip its NFSv4 grace period';
  return null;
}
