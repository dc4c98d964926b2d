import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { errnoOf, Fault } from '../fault.ts';
import { type LocalPort, withLocalPort } from './privileged-port.ts';

/** Asked of the kernel for either buffer; it grants net.core.rmem_max and wmem_max at most. */
const BUFFER_BYTES = 4 << 20;

/**
 * A UDP socket bound to one address of this node, its buffers as large as the kernel allows. Destinations are
 * literal addresses: nothing is ever looked up. Several sockets of this kind may share a port that is given as a
 * number: the kernel hands what arrives to one of them.
 * @throws Fault `failed` that names address and port where they cannot be bound.
 */
export async function openUdp(address: string, port: LocalPort): Promise<Socket> {
  const socket = await withLocalPort(address, port, async (candidate) => {
    try {
      return await bind(address, candidate, port !== 'privileged' && port !== 0);
    } catch (error) {
      if (errnoOf(error) === 'EADDRINUSE') throw error;
      throw new Fault('failed', `cannot send from ${address} port ${candidate}`, {
        subject: `${address} port ${candidate}`,
        cure: 'check that the address is configured on this node',
        cause: error,
      });
    }
  });
  socket.setRecvBufferSize(BUFFER_BYTES);
  socket.setSendBufferSize(BUFFER_BYTES);
  return socket;
}

function bind(address: string, port: number, shared: boolean): Promise<Socket> {
  const six = isIPv6(address);
  const socket = createSocket({
    type: six ? 'udp6' : 'udp4',
    ipv6Only: six,
    reuseAddr: shared,
    lookup: (literal, _options, done) => done(null, literal, six ? 6 : 4),
  });
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
