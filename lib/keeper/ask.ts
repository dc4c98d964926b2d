import { connect } from 'node:net';
import type { ZodMiniType } from 'zod/mini';
import { Fault } from '../fault.ts';
import {
  type Answer,
  answerSchema,
  type Report,
  type Request,
  refusalSchema,
  reportSchema,
} from './protocol.ts';

/**
 * Asks the keeper that listens on this socket.
 * @param deadline milliseconds since the epoch.
 * @throws Fault `failed` where nobody listens or the keeper refuses, `timed-out` where the answer does not come by the deadline.
 */
export async function askKeeper(
  socketPath: string,
  question: 'report' | 'stop' | 'replace' | Request,
  deadline: number,
): Promise<Report> {
  const request: Request = typeof question === 'string' ? { op: question } : question;
  return ask(socketPath, request, deadline, reportSchema);
}

/** As askKeeper, of the keeper's verdict: after a capture, where captures are the recurring monitor's. */
export function askMonitor(socketPath: string, deadline: number): Promise<Answer> {
  return ask(socketPath, { op: 'monitor' }, deadline, answerSchema);
}

async function ask<T>(path: string, request: Request, deadline: number, schema: ZodMiniType<T>): Promise<T> {
  const answer = await exchange(path, `${JSON.stringify(request)}\n`, deadline);
  const parsed = schema.safeParse(parseJson(answer));
  if (parsed.success) return parsed.data;
  const refused = refusalSchema.safeParse(parseJson(answer));
  if (refused.success) throw new Fault('failed', refused.data.error);
  throw new Fault('failed', `the keeper's answer to ${request.op} is not a report`, {
    found: answer.slice(0, 200),
  });
}

function exchange(path: string, request: string, deadline: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(path);
    const timer = setTimeout(
      () => socket.destroy(new Fault('timed-out', `the keeper did not answer on ${path} in time`)),
      Math.max(0, deadline - Date.now()),
    );
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('end', () => socket.end());
    socket.on('error', (error) => {
      reject(
        error instanceof Fault
          ? error
          : new Fault('failed', 'no keeper listens', { subject: path, cause: error }),
      );
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
