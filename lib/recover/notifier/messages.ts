import { STATUS_MONITOR } from '../../nsm/sm-notify.ts';
import { askForPort, encodeCall, type RpcCall, type Transport, withXid } from '../../rpc/index.ts';
import { familyOf } from './candidates.ts';
import type { Ask } from './client.ts';

/** The bytes of questions: what all clients are asked alike is put together once. */
export class Messages {
  readonly #names: readonly Buffer[];
  readonly #ports = { udp: portQuestion('0.0.0.0', 'udp'), tcp: portQuestion('0.0.0.0', 'tcp') };

  /** @param calls SM_NOTIFY for each announcement. */
  constructor(calls: readonly RpcCall[]) {
    this.#names = calls.map((call) => encodeCall(0, call));
  }

  of({ about, address, xid }: Pick<Ask, 'about' | 'address' | 'xid'>): Buffer {
    if (typeof about === 'number') return withXid(this.#names[about] as Buffer, xid);
    // Over IPv6, rpcbind is told by which address it is asked.
    return withXid(familyOf(address) === 4 ? this.#ports[about] : portQuestion(address, about), xid);
  }
}

function portQuestion(address: string, transport: Transport): Buffer {
  return encodeCall(0, askForPort(address, STATUS_MONITOR.program, STATUS_MONITOR.version, transport));
}
