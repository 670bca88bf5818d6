import * as z from 'zod';

/** What a run of the bench wrote down: one file, of which tables and pictures are made again at any time. */

/** By name: see `metrics.ts`. */
export const Figures = z.record(z.string(), z.number());
export type Figures = z.infer<typeof Figures>;

const Repetition = z.object({
  round: z.int(),
  /** Milliseconds of a fixed piece of work, before and after: what the machine had to give. */
  spinMs: z.tuple([z.number(), z.number()]),
  figures: Figures,
});
export type Repetition = z.infer<typeof Repetition>;

const CaseResult = z.object({
  label: z.string(),
  about: z.string(),
  repetitions: z.array(Repetition),
  /** Why there is nothing: a missing program, or a failure. */
  skipped: z.string().optional(),
});
export type CaseResult = z.infer<typeof CaseResult>;

const ScenarioResult = z.object({
  name: z.string(),
  title: z.string(),
  /** The figures of its table, in this order. */
  columns: z.array(z.string()),
  /** Whether the first case is divided by each other, in the first of the columns. */
  isCompared: z.boolean(),
  /** The first is this store, or what the others are compared with. */
  cases: z.array(CaseResult),
});
export type ScenarioResult = z.infer<typeof ScenarioResult>;

const Machine = z.object({
  processor: z.string(),
  cores: z.int(),
  memoryGb: z.number(),
  system: z.string(),
  node: z.string(),
  /** Of the last minute, when the run began: what else the machine had to do. */
  load: z.number(),
});

export const Result = z.object({
  format: z.literal(1),
  date: z.string(),
  /** With a `+` where files had been changed since. */
  commit: z.string(),
  machine: Machine,
  settings: z.object({ seconds: z.number(), repeat: z.int(), largest: z.int(), kills: z.int() }),
  minutes: z.number(),
  scenarios: z.array(ScenarioResult),
});
export type Result = z.infer<typeof Result>;
export type Settings = Result['settings'];
