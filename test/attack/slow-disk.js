import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Loaded into every process of an attacked store before its own modules: a synced write of LevelDB ends as many
 * milliseconds later as the file named by `TEST_DELAY_FILE` says. JavaScript, since nothing translates yet.
 */
const file = process.env.TEST_DELAY_FILE ?? '';

function delayMs() {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function slow(prototype, name) {
  const write = prototype[name];
  prototype[name] = async function (...args) {
    const written = await write.apply(this, args);
    const ms = args.at(-1)?.sync ? delayMs() : 0;
    if (ms > 0) await sleep(ms);
    return written;
  };
}

const require = createRequire(createRequire(import.meta.url).resolve('level'));
const { ClassicLevel } = require('classic-level');
const { ChainedBatch } = require('classic-level/chained-batch');
slow(ClassicLevel.prototype, '_batch');
slow(ClassicLevel.prototype, '_put');
slow(ChainedBatch.prototype, '_write');
