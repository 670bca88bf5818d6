import openapiTypescript, { astToString } from 'openapi-typescript';
import { openApiDocument } from '../../gateway/bridge/http/openapi.ts';
import { createOperations } from '../../gateway/bridge/operations/index.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';

/** The types that a client written in TypeScript makes of `/openapi.json`. */
export async function generateTypes(): Promise<string> {
  const document = JSON.parse(JSON.stringify(openApiDocument(createOperations(DEFAULT_LIMITS))));
  return astToString(await openapiTypescript(document));
}
