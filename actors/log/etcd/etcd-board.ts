import type { Clock } from '../../../runtime/clock.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Board } from '../command-log.ts';
import type { EtcdMembers } from './etcd-members.ts';
import type { ChoiceAnswer, LeaseAnswer, RangeAnswer } from './etcd-messages.ts';

const MS_IN_SECOND = 1_000;

/**
 * Small records under a prefix of etcd. Each write of one that is to go gets a lease of its own, which lets go of the
 * record's earlier lease: so nothing is to be remembered between two writes, whichever member takes them.
 */
export function createEtcdBoard(options: {
  readonly prefix: string;
  readonly members: EtcdMembers;
  readonly clock: Clock;
  readonly limits: Limits;
}): Board {
  const { prefix, members, clock, limits } = options;
  const deadline = () => clock.monotonic() + limits.etcdCallMs;

  return {
    async put(key, value, ttlMs) {
      const until = deadline();
      let lease = '0';
      if (ttlMs !== undefined) {
        const request = { ID: '0', TTL: String(Math.ceil(ttlMs / MS_IN_SECOND)) };
        const granted = await members.change(
          (member) => member.ask<LeaseAnswer>('Lease', 'leaseGrant', request),
          until,
        );
        lease = granted.ID;
      }
      const request = { key: Buffer.from(prefix + key), value: Buffer.from(value), lease };
      await members.change((member) => member.ask('KV', 'put', request), until);
    },
    async replace(key, before, value) {
      const record = Buffer.from(prefix + key);
      const compared =
        before === undefined
          ? { target: 'Version', version: '0' }
          : { target: 'Value', value: Buffer.from(before) };
      const request = {
        compare: [{ result: 'Equal', key: record, ...compared }],
        success: [{ request_put: { key: record, value: Buffer.from(value), lease: '0' } }],
        failure: [{ request_range: { key: record } }],
      };
      const { succeeded, responses } = await members.change(
        (member) => member.ask<ChoiceAnswer>('KV', 'txn', request),
        deadline(),
      );
      // It may have been done already, for one who was asked before and is slower to say so.
      return succeeded || responses[0]?.response_range?.kvs[0]?.value.toString() === value;
    },
    async list(under) {
      const key = Buffer.from(prefix + under);
      // The first key after all that begin so: keys are UTF-8, whose bytes are never 255.
      const request = { key, range_end: Buffer.concat([key, Buffer.from([0xff])]) };
      const { kvs } = await members.read(
        (member) => member.ask<RangeAnswer>('KV', 'range', request),
        deadline(),
      );
      return new Map(kvs.map((kv) => [kv.key.toString().slice(prefix.length), kv.value.toString()]));
    },
  };
}
