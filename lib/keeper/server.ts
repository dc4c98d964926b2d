import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { sentenceOf } from '../fault.ts';
import { type Answer, type Request, requestSchema } from './protocol.ts';

/** A request is one short line; whoever sends more is not ours. */
const REQUEST_LIMIT = 4096;

/**
 * Listens on the keeper's socket and answers each request with a report.
 * @throws the system's error where the socket cannot be made.
 */
export async function listen(path: string, answer: (request: Request) => Promise<Answer>): Promise<Server> {
  await rm(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => serve(socket, answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  return server;
}

function serve(socket: Socket, answer: (request: Request) => Promise<Answer>): void {
  let text = '';
  const giveUp = () => socket.destroy();
  socket.setEncoding('utf8');
  // Whoever leaves without a request would otherwise keep his half of the connection open for as long as we live.
  socket.on('error', giveUp).on('end', giveUp);
  socket.on('data', (chunk: string) => {
    text += chunk;
    if (text.length > REQUEST_LIMIT) return giveUp();
    const end = text.indexOf('\n');
    if (end < 0) return;
    socket.removeAllListeners('data').off('end', giveUp);
    reply(text.slice(0, end), answer).then((line) => socket.end(line));
  });
}

async function reply(line: string, answer: (request: Request) => Promise<Answer>): Promise<string> {
  try {
    return `${JSON.stringify(await answer(requestSchema.parse(JSON.parse(line))))}\n`;
  } catch (error) {
    return `${JSON.stringify({ error: sentenceOf(error) })}\n`;
  }
}
