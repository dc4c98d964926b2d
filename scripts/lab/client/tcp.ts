import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** Where a TCP service listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const CONNECT_TIMEOUT_MS = 1500;
const PORT_TRIES = 20;

function connectFrom(endpoint: Endpoint, localPort: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...endpoint, localPort });
    const timer = setTimeout(
      () => socket.destroy(new Error(`${endpoint.host} does not answer`)),
      CONNECT_TIMEOUT_MS,
    );
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.setNoDelay(true);
      socket.removeAllListeners('error');
      // A connection that breaks is told by 'close'.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/**
 * Connects from a random port of 665 to 1023, as the kernel's RPC client does (xprt_min_resvport, xprt_max_resvport
 * in net/sunrpc/xprtsock.c): servers that export with `secure` look at it.
 */
export async function connectPrivileged(endpoint: Endpoint): Promise<Socket> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await connectFrom(endpoint, randomInt(665, 1024));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      const portTaken = code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL';
      if (!portTaken || tries === PORT_TRIES) throw error;
    }
  }
}
