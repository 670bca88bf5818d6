import { readFileSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { readClusterFile } from '../../runtime/launcher/alone/cluster-file.ts';
import { readNodeOptions } from '../../runtime/launcher/alone/node-options.ts';
import { writeClusterFile } from '../support/alone.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** The files of docs/deploy, as far as they can be tried without the programs that they are for. */

const FOLDER = new URL('../../docs/deploy/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string }[];
  readonly secrets?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
  readonly secrets: object;
  readonly volumes: object;
}

const compose = parse(read('compose.yaml'), { merge: true }) as Compose;
const nodes = Object.entries(compose.services).filter(([, { image }]) => image === 'bazar');

const settingsIn = (file: string) =>
  Object.fromEntries([...read(file).matchAll(/^(\w+)=(.*)$/gm)].map(([, ...pair]) => pair));

/** Every variable is one that is read: a misspelt one would be passed over in silence. */
function assertKnown(environment: object): void {
  const source = readFileSync(
    new URL('../../runtime/launcher/alone/node-options.ts', import.meta.url),
    'utf8',
  );
  for (const name of Object.keys(environment))
    assert.ok(source.includes(`'${name}'`), `${name} is no variable of a node`);
}

test('the systemd unit starts a node by its name, with the environments that lie beside it', () => {
  const unit = read('bazar-node@.service');
  const [, line] = /^ExecStart=(.*)$/m.exec(unit)!;
  const [program, script, ...args] = line!.replaceAll('%i', 'catalog-1').split(' ');
  assert.is(program, '/usr/bin/node');
  assert.ok(readFileSync(new URL(`../../${script!.replace('/opt/bazar/', '')}`, import.meta.url)));
  assert.is(args.pop(), '$BAZAR_ARGS');
  for (const kind of ['catalog', 'gateway']) {
    const environment = settingsIn(`${kind}-1.env`);
    assertKnown(environment);
    // The certificate of clients lies on the machine.
    const { BAZAR_TLS_CERT: _, BAZAR_TLS_KEY: __, ...there } = { ...environment, BAZAR_HOST: '127.0.0.1' };
    const options = readNodeOptions(
      args.map((arg) => arg.replace('catalog-1', `${kind}-1`)),
      there,
    );
    assert.ok(options !== 'help');
    assert.equal([options.kind, options.name, options.listen.host], [kind, `${kind}-1`, '10.0.0.1']);
    assert.is(options.dataDirectory, `/var/lib/bazar/${kind}-1`);
  }
});

test('the systemd unit lets V8 have its memory protection keys, and starts a node again however often it ended', () => {
  const { SystemCallFilter, SystemCallErrorNumber, StartLimitIntervalSec } =
    settingsIn('bazar-node@.service');
  // Without the first no node starts (SIGSYS); a call that is in no list fails, and does not kill.
  assert.ok(SystemCallFilter!.split(' ').includes('@pkey'), SystemCallFilter);
  assert.is(SystemCallErrorNumber, 'EPERM');
  assert.is(StartLimitIntervalSec, '0');
});

test('every node of the compose file starts, is one of the cluster file, and keeps what is its own', () =>
  inTemporaryFolder(async (folder) => {
    const path = await writeClusterFile(folder, {});
    await cp(fileURLToPath(new URL('compose-cluster.json', FOLDER)), path);
    const text = (await readFile(path, 'utf8')).replaceAll('/run/secrets/bazar-', join(folder, '/'));
    const { names, log } = await readClusterFile(await writeClusterFile(folder, JSON.parse(text)));
    assert.equal(nodes.map(([name]) => name).sort(), [...names].sort());
    for (const [name, { command = [], environment = {} }] of nodes) {
      assertKnown(environment);
      const options = readNodeOptions(command, environment);
      assert.ok(options !== 'help');
      assert.is(options.name, name);
      assert.is(options.advertise, `ws://${name}:${options.listen.port}`);
    }
    assert.ok(log.urls.every((url) => new URL(url).hostname in compose.services));
  }));

test('what services of the compose file use is there, and no two have one volume', () => {
  const volumes: string[] = [];
  for (const [name, service] of Object.entries(compose.services)) {
    volumes.push(...(service.volumes ?? []).map((volume) => volume.split(':')[0]!));
    for (const { source } of service.configs ?? []) assert.ok(read(compose.configs[source]!.file), name);
    for (const secret of service.secrets ?? []) assert.ok(secret in compose.secrets, secret);
  }
  assert.equal([...volumes].sort(), Object.keys(compose.volumes).sort());
  assert.is(new Set(volumes).size, volumes.length);
});

test('the balancer has every gateway of the compose file', () => {
  const servers = [...read('haproxy-compose.cfg').matchAll(/^ {2}server (\S+) (\S+):8080$/gm)];
  const gateways = nodes.map(([name]) => name).filter((name) => name.startsWith('gateway-'));
  assert.equal(
    servers.map(([, name]) => name),
    gateways,
  );
  assert.equal(
    servers.map(([, , host]) => host),
    gateways,
  );
});

test('the Containerfile copies every folder that the programs are made of', () => {
  const copied = [...read('Containerfile').matchAll(/^COPY (\w+) \1$/gm)].map(([, folder]) => folder);
  const bundle = readFileSync(new URL('../../runtime/bundle/open-bundle.cjs', import.meta.url), 'utf8');
  const [, sources] = /const SOURCES = \[(.*)\]/.exec(bundle)!;
  assert.equal(copied.map((folder) => `'${folder}'`).join(', '), sources);
});

test.run();
