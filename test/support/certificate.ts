import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Files of a certificate that signs itself, for the names of this machine, and of its private key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** Makes them in `folder`, with `openssl`. */
export async function makeCertificate(folder: string, name = 'tls'): Promise<CertificateFiles> {
  const cert = join(folder, `${name}-cert.pem`);
  const key = join(folder, `${name}-key.pem`);
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', cert];
  await promisify(execFile)('openssl', ['req', '-x509', '-days', '2', ...kind, ...names, ...files]);
  return { cert, key };
}
