import { runCli } from './cli.ts';

/** `npm run bazar`. */
export async function startCommand(): Promise<void> {
  const { argv, env, stdout, stderr } = process;
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

  // Whoever reads the output may have seen enough of it (`| head`).
  for (const stream of [stdout, stderr]) stream.on('error', () => interrupted.abort());

  process.exitCode = await runCli({
    args: argv.slice(2),
    env,
    signal: interrupted.signal,
    terminal: {
      out: (text) => void stdout.write(text),
      err: (text) => void stderr.write(text),
      isWatched: stderr.isTTY === true,
      hasColour: stdout.isTTY === true && !env.NO_COLOR,
    },
  });
}
