import { PIECE_BYTES } from '../shared-bytes.ts';

/**
 * Follows the frames of RFC 6455, section 5.2, in the bytes of a connection, to know what is held for a message that
 * has not come to its end: an ended message is handled at once.
 */
export interface FrameProgress {
  /** Takes what was read; true if a message ended within it. */
  take(chunk: Buffer): boolean;
  /** Bytes of the message, or of the frame, that has begun and not ended; 0 between two. */
  readonly unfinishedBytes: number;
}

const FIN = 0x80;
const CONTROL = 0x08;
const MASKED = 0x80;
const LENGTH = 0x7f;
const TWO_BYTES = 126;

export function createFrameProgress(): FrameProgress {
  let flags = 0;
  /** Bytes of the frame's header that have come, and how many it has as far as that is known. */
  let header = 0;
  let headerSize = 2;
  let lengthSize = 0;
  let payloadLeft = 0;
  let frameBytes = 0;
  /** Bytes of the message's ended fragments. */
  let fragmentBytes = 0;
  let pieces = 0;

  function takeHeader(byte: number): void {
    header += 1;
    if (header === 1) flags = byte;
    else if (header === 2) {
      const length = byte & LENGTH;
      lengthSize = length < TWO_BYTES ? 0 : length === TWO_BYTES ? 2 : 8;
      payloadLeft = lengthSize === 0 ? length : 0;
      headerSize = 2 + lengthSize + (byte & MASKED ? 4 : 0);
    } else if (header <= 2 + lengthSize) payloadLeft = payloadLeft * 256 + byte;
  }

  function endFrame(): boolean {
    const isControl = (flags & CONTROL) !== 0;
    const isLast = !isControl && (flags & FIN) !== 0;
    if (isLast) {
      fragmentBytes = 0;
      pieces = 0;
    } else if (!isControl) fragmentBytes += frameBytes + PIECE_BYTES;
    header = 0;
    headerSize = 2;
    frameBytes = 0;
    return isLast;
  }

  return {
    take(chunk) {
      let ended = false;
      for (let at = 0; at < chunk.length; ) {
        if (header < headerSize) {
          takeHeader(chunk[at]!);
          frameBytes += 1;
          at += 1;
        } else {
          const taken = Math.min(payloadLeft, chunk.length - at);
          payloadLeft -= taken;
          frameBytes += taken;
          at += taken;
        }
        if (header === headerSize && payloadLeft === 0) ended = endFrame() || ended;
      }
      pieces += 1;
      return ended;
    },
    get unfinishedBytes() {
      const bytes = fragmentBytes + frameBytes;
      return bytes === 0 ? 0 : bytes + pieces * PIECE_BYTES;
    },
  };
}
