import { createServer, type Server, type Socket } from 'node:net';
import type { Host } from './host.ts';

/** One thing that fencing did to a host. */
export interface PowerEvent {
  readonly host: string;
  readonly action: 'off' | 'on';
  /** Milliseconds since 1970, when it was done. */
  readonly at: number;
}

/**
 * The switched power strip of the room: the fence agents of all nodes talk to it over a Unix socket, one line
 * `ACTION [HOST]` per connection; it answers with one line that begins with `ok` or `error`.
 */
export class PowerDaemon {
  #hosts: ReadonlyMap<string, Host>;
  #server: Server;
  #told: (event: PowerEvent) => void;

  constructor(hosts: ReadonlyMap<string, Host>, told: (event: PowerEvent) => void) {
    this.#hosts = hosts;
    this.#told = told;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, resolve);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #serve(socket: Socket): void {
    // A fence agent that is killed while it waits closes its end; that is its own affair.
    socket.on('error', () => undefined);
    let asked = '';
    socket.on('data', (chunk) => {
      asked += chunk.toString();
      if (!asked.endsWith('\n')) return;
      const [action = '', name = ''] = asked.trim().split(' ');
      this.#do(action, name).then(
        (answer) => socket.end(`ok ${answer}\n`),
        (error: unknown) => socket.end(`error ${error}\n`),
      );
    });
  }

  async #do(action: string, name: string): Promise<string> {
    if (action === 'list') return [...this.#hosts.keys()].join(' ');
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    switch (action) {
      case 'status':
        return host.isOn ? 'on' : 'off';
      case 'off':
        await host.powerOff();
        this.#told({ host: name, action: 'off', at: Date.now() });
        return 'off';
      case 'on':
        // Power is on at once; the boot takes its time, and a boot that fails is seen by whoever waits for the host.
        host.powerOn().then(
          () => this.#told({ host: name, action: 'on', at: Date.now() }),
          () => undefined,
        );
        return 'on';
      default:
        throw new Error(`no action ${action}`);
    }
  }
}
