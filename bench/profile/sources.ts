import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CpuProfile } from './inspector.ts';

/** Compiled programs lie in one file for many modules; the compiler writes each module's path before it. */
const COMPILED = /\/\.cache\/bazar\//;
const MODULE = /^\/\/ ((?:[\w@.+-]+\/)+[\w.-]+\.[cm]?[jt]sx?)$/;

/** Where the modules of a compiled file begin, by rising lines. */
type Modules = readonly { readonly line: number; readonly path: string }[];

/** The same profile with every function in the file that it was written in. */
export function withSources(profile: CpuProfile): CpuProfile {
  const files = new Map<string, Modules>();
  const modulesOf = (url: string): Modules => {
    const known = files.get(url) ?? readModules(url);
    files.set(url, known);
    return known;
  };
  const nodes = profile.nodes.map((node) => {
    const { url, lineNumber } = node.callFrame;
    if (!COMPILED.test(url)) return node;
    const path = modulesOf(url).findLast(({ line }) => line <= lineNumber)?.path;
    return path === undefined ? node : { ...node, callFrame: { ...node.callFrame, url: `file:///${path}` } };
  });
  return { ...profile, nodes };
}

function readModules(url: string): Modules {
  return readFileSync(fileURLToPath(url), 'utf8')
    .split('\n')
    .flatMap((text, line) => {
      const path = MODULE.exec(text)?.[1];
      return path === undefined ? [] : [{ line, path }];
    });
}
