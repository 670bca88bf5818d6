/** Parts of Node that the simulated store's files name and its simulation never calls. */

function missing(): never {
  throw new Error('a browser has no files');
}

export const once = missing;
export const createReadStream = missing;
export const createWriteStream = missing;
export const createInterface = missing;
