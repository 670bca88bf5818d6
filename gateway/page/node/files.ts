/** What the simulated store's sources name of Node's files, and its simulation never calls. */

function missing(): never {
  throw new Error('a browser has no files');
}

export const once = missing;
export const createReadStream = missing;
export const createWriteStream = missing;
export const createInterface = missing;
