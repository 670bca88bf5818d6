/** The parts that are read of etcd's messages, as `etcd3` spells them. Its 64-bit numbers come as text. */
export interface EtcdAnswer {
  readonly header?: { readonly cluster_id: string; readonly revision: string };
}

export interface EtcdKeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly mod_revision: string;
  /** How often the key was put since it has been there. */
  readonly version: string;
}

export interface RangeAnswer extends EtcdAnswer {
  readonly kvs: readonly EtcdKeyValue[];
}

export interface MemberAnswer extends EtcdAnswer {
  readonly version: string;
}

export interface LeaseAnswer extends EtcdAnswer {
  readonly ID: string;
}

/** Of one of two requests, by what was there. */
export interface ChoiceAnswer extends EtcdAnswer {
  readonly succeeded: boolean;
  readonly responses: readonly { readonly response_range?: RangeAnswer }[];
}

export interface AlarmAnswer extends EtcdAnswer {
  readonly alarms: readonly { readonly memberID: string; readonly alarm: string }[];
}

export interface WatchRequest {
  readonly key: Buffer;
  readonly start_revision: string;
  /** What the member reads at once for one who catches up may be larger than a message should be. */
  readonly fragment: true;
}

export interface WatchEvent {
  readonly type: 'Put' | 'Delete';
  readonly kv: EtcdKeyValue;
}

export interface WatchMessage extends EtcdAnswer {
  readonly canceled: boolean;
  /** The revision that history begins with, where the watch was to begin before it; else 0. */
  readonly compact_revision: string;
  readonly cancel_reason: string;
  readonly events: readonly WatchEvent[];
}
