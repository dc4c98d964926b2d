import type { Room } from './room.ts';

/** A block image in the room's memory. */
export interface Disk {
  /** Where the image is, inside the room. */
  readonly image: string;
  /**
   * `single`: User Mode Linux locks the image while a node has it open, so that a second node cannot mount it before
   * the first is dead. `shared`: both may write; fencing alone protects it.
   */
  readonly guard: 'single' | 'shared';
}

/** Makes a sparse image with an ext4 file system on it. */
export async function makeDisk(
  room: Room,
  name: string,
  sizeMiB: number,
  guard: Disk['guard'],
): Promise<Disk> {
  const image = `/run/images/${name}.img`;
  await room.run('truncate', '-s', `${sizeMiB}M`, image);
  await room.run('mkfs.ext4', '-q', '-F', '-m', '0', '-E', 'lazy_itable_init=1,lazy_journal_init=1', image);
  return { image, guard };
}
