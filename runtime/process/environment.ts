/** Named by the launcher alone: its options, among them the admin token and the password of a Redis. */
const LAUNCHERS_OWN = /^(BAZAR_|REDIS_URL$)/;

/**
 * The environment of a process that the launcher starts. What one has to know it is told over IPC; its environment is
 * shown by tools, written into dumps and handed on to its own children.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !LAUNCHERS_OWN.test(name)));
}
