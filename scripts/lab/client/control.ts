import { once, setMaxListeners } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Request } from './requests.ts';

type Handle = (request: Request, signal: AbortSignal) => unknown;

async function serveOne(socket: Socket, handle: Handle): Promise<void> {
  // Whoever hangs up does not want the lock any more.
  const gone = new AbortController();
  // One for each lock of a request.
  setMaxListeners(0, gone.signal);
  socket.on('error', () => undefined);
  socket.on('close', () => gone.abort(new Error('the caller has gone')));
  try {
    const [line] = await once(createInterface({ input: socket }), 'line', { signal: gone.signal });
    const answer = await handle(JSON.parse(line), gone.signal);
    socket.end(`${JSON.stringify(answer)}\n`);
  } catch (error) {
    socket.end(`${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`);
  }
}

/** Answers control requests on a Unix socket, one per connection. */
export async function serveControl(path: string, handle: Handle): Promise<void> {
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: false }, (socket) => void serveOne(socket, handle));
  server.listen(path);
  await once(server, 'listening');
}

/** Sends one request to a lock client and returns its answer, parsed. Rejects when there is none, and on abort. */
export async function callControl(path: string, request: Request, signal?: AbortSignal): Promise<unknown> {
  const socket = connect(path);
  signal?.addEventListener('abort', () => socket.destroy(signal.reason));
  await once(socket, 'connect');
  socket.write(`${JSON.stringify(request)}\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  if (chunks.length === 0) throw new Error(`the lock client at ${path} ended without an answer`);
  const answer = JSON.parse(Buffer.concat(chunks).toString());
  if ('error' in answer) throw new Error(answer.error);
  return answer;
}
