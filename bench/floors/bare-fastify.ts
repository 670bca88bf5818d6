import fastify from 'fastify';
import { saysReady } from '../subjects/program.ts';
import { HEADERS, TEXT } from './answer.ts';

/** A bare fastify: its router and its reply, and nothing behind them. */
const app = fastify();
app.get('/info/:id', (_, reply) => void reply.headers(HEADERS).send(TEXT));
saysReady(await app.listen({ host: '127.0.0.1', port: 0 }));
