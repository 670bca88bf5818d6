/** Addresses that lead nowhere but to this machine. */

/** `127.0.0.1`, any other of its network, also as IPv6 has it, and `::1` with or without brackets. */
export function isLoopbackAddress(address: string): boolean {
  return /^(::ffff:)?127(\.\d{1,3}){3}$/i.test(address) || address === '::1' || address === '[::1]';
}

/** An address of this machine alone, or the name that every machine has for it. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isLoopbackAddress(host);
}
