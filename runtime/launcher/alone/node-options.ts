import { type Command, Option, type OptionValues } from 'commander';
import {
  commandLine,
  type Environment,
  parse,
  readWhole,
  repeatedOption,
  settings,
  UsageError,
} from '../../command-line.ts';
import type { Limits } from '../../limits.ts';
import type { NodeKind } from '../../links/mesh.ts';
import { isLoopbackHost } from '../../loopback-address.ts';
import { type ClientAccess, readAccess } from '../access.ts';
import { readLimits } from '../config.ts';

/** What one node was asked to be. */
export interface NodeOptions {
  readonly kind: NodeKind;
  readonly name: string;
  readonly clusterFile: string;
  readonly dataDirectory: string;
  /** Where other nodes reach it; port 0 is a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** The address that others are told, where it is not the one it listens on. */
  readonly advertise: string | undefined;
  readonly isInsecureAllowed: boolean;
  /** Gateways: where clients reach it. */
  readonly http: { readonly host: string; readonly port: number; readonly access: ClientAccess };
  readonly limits: Partial<Limits>;
  readonly logLevel: string;
  readonly logFormat: 'text' | 'json';
}

const KINDS: readonly NodeKind[] = ['catalog', 'order', 'gateway'];

const OPTIONS: readonly Option[] = [
  new Option('--kind <KIND>', 'catalog, order or gateway').env('BAZAR_NODE_KIND'),
  new Option('--name <NAME>', 'which of them, as in the cluster file: catalog-1').env('BAZAR_NODE_NAME'),
  new Option('--cluster <FILE>', 'what all nodes know alike (docs/machines.md)').env('BAZAR_CLUSTER'),
  new Option('--data <DIR>', 'where this node keeps what is its own').env('BAZAR_DATA').default('./data'),
  new Option('--listen <HOST:PORT>', 'where other nodes reach it').env('BAZAR_LISTEN').default('127.0.0.1:0'),
  new Option('--advertise <URL>', 'the address that others are told: ws://HOST:PORT or wss://…').env(
    'BAZAR_ADVERTISE',
  ),
  new Option('--insecure-links', 'links beyond this machine without certificates').env(
    'BAZAR_INSECURE_LINKS',
  ),
  new Option('--port <N>', 'gateways: the port for clients').env('BAZAR_PORT').default(8080),
  new Option('--host <NAME>', 'gateways: the address for clients').env('BAZAR_HOST').default('127.0.0.1'),
  new Option('--tls-cert <FILE>', 'gateways: certificate (PEM) for clients').env('BAZAR_TLS_CERT'),
  new Option('--tls-key <FILE>', 'gateways: its private key (PEM)').env('BAZAR_TLS_KEY'),
  new Option('--insecure-http', 'gateways: plain HTTP beyond this machine'),
  repeatedOption('--cors <ORIGIN>', 'gateways: a web page elsewhere that may read and buy').env('BAZAR_CORS'),
  repeatedOption(
    '--allow-host <NAME>',
    'gateways: a name beside localhost, as of a proxy on this machine',
  ).env('BAZAR_ALLOW_HOST'),
  repeatedOption('--limit <NAME=N>', 'another value for a bound; npm start -- --help lists them').env(
    'BAZAR_LIMITS',
  ),
  new Option('--log-level <LEVEL>', 'error, warn, info, debug').env('BAZAR_LOG_LEVEL').default('info'),
  new Option('--log-format <FORMAT>', 'text or json').env('BAZAR_LOG_FORMAT').default('json'),
];

/** Reads the command line and the environment. Throws `UsageError`; gives `help` where only that was asked for. */
export function readNodeOptions(args: readonly string[], env: Environment): NodeOptions | 'help' {
  const command = createCommand(() => {});
  if (parse(command, args) === 'help') return 'help';
  const given: OptionValues = settings(command, env);
  const needed = (name: string, flag: string): string => {
    if (given[name]) return String(given[name]);
    throw new UsageError(`${flag} is needed; npm run node -- --help tells more`);
  };
  const kind = needed('kind', '--kind') as NodeKind;
  if (!KINDS.includes(kind)) throw new UsageError(`--kind must be ${KINDS.join(', ')}, not "${kind}"`);
  const name = needed('name', '--name');
  if (!name.startsWith(`${kind}-`))
    throw new UsageError(`--name of a ${kind} must be like ${kind}-1, not "${name}"`);
  const { logFormat } = given;
  if (logFormat !== 'text' && logFormat !== 'json')
    throw new UsageError(`--log-format must be text or json, not "${logFormat}"`);
  const host = String(given.host);
  return {
    kind,
    name,
    clusterFile: needed('cluster', '--cluster'),
    dataDirectory: String(given.data),
    listen: readPlace(String(given.listen)),
    advertise: given.advertise ? readUrl(String(given.advertise)) : undefined,
    isInsecureAllowed: Boolean(given.insecureLinks),
    http: { host, port: readWhole(String(given.port), '--port', 0, 65_535), access: readAccess(given, host) },
    limits: readLimits(given.limit),
    logLevel: String(given.logLevel),
    logFormat,
  };
}

export function nodeHelp(): string {
  let text = '';
  createCommand((part) => {
    text += part;
  }).outputHelp();
  return text;
}

/** Links in the clear stay on this machine, unless somebody says that they may leave it. */
export function refuseInsecureLinks({ listen, isInsecureAllowed }: NodeOptions, hasTls: boolean): void {
  if (hasTls || isInsecureAllowed || isLoopbackHost(listen.host)) return;
  throw new UsageError(
    `--listen ${listen.host} opens links in the clear: give the cluster file "tls", or say --insecure-links`,
  );
}

function createCommand(out: (text: string) => void): Command {
  const command = commandLine('npm run node --', out).description(
    'One node of a store on many machines, whose log an etcd orders.',
  );
  for (const option of OPTIONS) command.addOption(option);
  return command;
}

function readPlace(text: string): NodeOptions['listen'] {
  const [, host = '', port = ''] = /^([^\s:]+|\[[\da-f:]+\]):(\d{1,5})$/i.exec(text) ?? [];
  if (host && Number(port) <= 65_535) return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  throw new UsageError(`--listen must be HOST:PORT, not "${text}"`);
}

function readUrl(text: string): string {
  if (/^wss?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')) return text;
  throw new UsageError(`--advertise must be ws://HOST:PORT or wss://HOST:PORT, not "${text}"`);
}
