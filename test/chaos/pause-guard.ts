import { spawn } from 'node:child_process';

/** Reads a line for as long as we live and, if we end without one, lets the process go on. */
const GUARD = 'read -r line || kill -CONT "$0"';

/**
 * Watches over a paused process until the returned function is called. Should this process die before that, even
 * by SIGKILL, the paused one goes on, notices that its launcher is gone, and ends: nothing is left behind.
 */
export function guardPause(pid: number): () => void {
  const guard = spawn('/bin/sh', ['-c', GUARD, String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  return () => guard.stdin.end('over\n');
}
