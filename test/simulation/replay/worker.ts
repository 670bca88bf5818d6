import type { FromReplay, ToReplay } from '../../../gateway/page/simulator/protocol.ts';
import { createSession } from './session.ts';

/** The program of the browser's worker: it hears from the page and tells it, and runs seeds. */

interface Port {
  postMessage(said: FromReplay): void;
  onmessage: ((event: { readonly data: ToReplay }) => void) | null;
}

const port = globalThis as unknown as Port;
const session = createSession((said) => port.postMessage(said));
port.onmessage = ({ data }) => void session.hear(data);
