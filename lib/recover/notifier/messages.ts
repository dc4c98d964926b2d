import { STATUS_MONITOR } from '../../nsm/sm-notify.ts';
import { askForPort, encodeCall, type RpcCall, withXid } from '../../rpc/index.ts';
import { familyOf } from './candidates.ts';
import type { Ask } from './client.ts';

/** The bytes of questions: what all clients are asked alike is put together once. */
export class Messages {
  readonly #calls: readonly RpcCall[];
  readonly #alike = new Map<Ask['about'], Buffer>();

  /** @param calls SM_NOTIFY for each announcement. */
  constructor(calls: readonly RpcCall[]) {
    this.#calls = calls;
  }

  of({ about, address, xid }: Pick<Ask, 'about' | 'address' | 'xid'>): Buffer {
    // Over IPv6, rpcbind is told by which address it is asked.
    const alike = typeof about === 'number' || familyOf(address) === 4;
    const message = (alike ? this.#alike.get(about) : undefined) ?? encodeCall(0, this.#call(about, address));
    if (alike) this.#alike.set(about, message);
    return withXid(message, xid);
  }

  #call(about: Ask['about'], address: string): RpcCall {
    const { program, version } = STATUS_MONITOR;
    return typeof about === 'number'
      ? (this.#calls[about] as RpcCall)
      : askForPort(address, program, version, about);
  }
}
