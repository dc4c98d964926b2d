import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { grantedResult, NLM, NLM_PROC, type NlmLock, readGrant } from './nlm.ts';
import { ACCEPT, type Call, decodeCall, encodeReply, RecordStream, toRecord } from './rpc-message.ts';
import { type Reboot, readReboot } from './statd.ts';

/** Who calls. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

export interface CallbackHandlers {
  /** statd's word that a server restarted. */
  readonly onReboot: (reboot: Reboot) => void;
  /** The same from somebody who cannot be this machine's statd: it is refused. */
  readonly onForged: (peer: Peer) => void;
  /** A server's word that a lock is ours now. @returns whether we waited for it there */
  readonly onGranted: (lock: NlmLock, peer: Peer) => boolean;
  /** Sends a result to the server that asked by a message (NLM4_GRANTED_MSG). */
  readonly sendResult: (result: Buffer, peer: Peer) => void;
}

/** nlm_privileged_requester() of include/linux/lockd/lockd.h: loopback, from a port below 1024. */
function isPrivileged({ address, port }: Peer): boolean {
  return port < 1024 && (/^(::ffff:)?127\./.test(address) || address === '::1');
}

function answer(call: Call, peer: Peer, handlers: CallbackHandlers): Buffer {
  if (call.program !== NLM.program) return encodeReply(call.xid, ACCEPT.programUnavailable);
  try {
    switch (call.procedure) {
      case NLM_PROC.null:
        return encodeReply(call.xid, ACCEPT.success);
      case NLM_PROC.smNotify:
        return rebooted(call, peer, handlers);
      case NLM_PROC.granted:
        return encodeReply(call.xid, ACCEPT.success, granted(call, peer, handlers));
      case NLM_PROC.grantedMessage:
        handlers.sendResult(granted(call, peer, handlers), peer);
        return encodeReply(call.xid, ACCEPT.success);
      default:
        return encodeReply(call.xid, ACCEPT.procedureUnavailable);
    }
  } catch {
    return encodeReply(call.xid, ACCEPT.garbage);
  }
}

function rebooted(call: Call, peer: Peer, handlers: CallbackHandlers): Buffer {
  if (!isPrivileged(peer)) {
    handlers.onForged(peer);
    return encodeReply(call.xid, ACCEPT.systemError);
  }
  handlers.onReboot(readReboot(call.args));
  return encodeReply(call.xid, ACCEPT.success);
}

function granted(call: Call, peer: Peer, { onGranted }: CallbackHandlers): Buffer {
  const { cookie, lock } = readGrant(call.args);
  return grantedResult(cookie, onGranted(lock, peer));
}

/** The answer to a message, or nothing to what is no call at all. */
function respond(message: Buffer, peer: Peer, handlers: CallbackHandlers): Buffer | undefined {
  let call: Call;
  try {
    call = decodeCall(message);
  } catch {
    return undefined;
  }
  return answer(call, peer, handlers);
}

async function listenUdp(handlers: CallbackHandlers): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.on('message', (message, peer) => {
    const reply = respond(message, peer, handlers);
    if (reply) socket.send(reply, peer.port, peer.address);
  });
  socket.bind(0, '0.0.0.0');
  await once(socket, 'listening');
  return socket;
}

/** Listens for the callbacks of statd and of servers as lockd does, over UDP and TCP; returns the ports to register. */
export async function listenForCallbacks(handlers: CallbackHandlers): Promise<{ tcp: number; udp: number }> {
  const udp = await listenUdp(handlers);
  const tcp = createServer((socket) => {
    const peer = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    const stream = new RecordStream();
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const message of stream.push(chunk)) {
        const reply = respond(message, peer, handlers);
        if (reply) socket.write(toRecord(reply));
      }
    });
  });
  tcp.listen(0, '0.0.0.0');
  await once(tcp, 'listening');
  return { tcp: (tcp.address() as AddressInfo).port, udp: udp.address().port };
}
