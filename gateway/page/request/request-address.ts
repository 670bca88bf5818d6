import { computed } from '@preact/signals';
import { addressOf, queryOf, subject } from '../route.ts';

/** The address of a trace and of how it is looked at: `#/request/my-order?form=waterfall&zoom=0.2-0.6`. */

export const FORMS = ['lanes', 'waterfall', 'text', 'json'] as const;
export type TraceForm = (typeof FORMS)[number];

export const FORM_TITLES: Readonly<Record<TraceForm, string>> = {
  lanes: 'Lanes',
  waterfall: 'Waterfall',
  text: 'Text',
  json: 'JSON',
};

/** A part of the waterfall's line, from 0 to 1. */
export interface ZoomWindow {
  readonly from: number;
  readonly to: number;
}

const WHOLE: ZoomWindow = { from: 0, to: 1 };
const SMALLEST = 0.02;

export const traceForm = computed<TraceForm>(() => FORMS.find((form) => form === queryOf('form')) ?? 'lanes');

/** The line of the story that the address names; null where it names none. */
export const chosenLine = computed(() => {
  const line = Number(queryOf('line') ?? Number.NaN);
  return Number.isInteger(line) && line >= 1 ? line : null;
});

export const zoomWindow = computed<ZoomWindow>(() => {
  const [, from, to] = /^(0(?:\.\d+)?)-([01](?:\.\d+)?)$/.exec(queryOf('zoom') ?? '') ?? [];
  const given = { from: Number(from), to: Number(to) };
  return from !== undefined && given.to <= 1 && given.to - given.from >= SMALLEST / 2 ? given : WHOLE;
});

interface Looks {
  readonly form?: TraceForm;
  readonly line?: number | null;
  readonly zoom?: ZoomWindow;
}

/** The address of this trace with other looks. */
export function traceAddress({
  form = traceForm.value,
  line = chosenLine.value,
  zoom = zoomWindow.value,
}: Looks): string {
  return addressOf('request', subject.value, {
    form,
    ...(form === 'lanes' && line !== null && { line: String(line) }),
    ...(form === 'waterfall' && zoom !== WHOLE && { zoom: `${round(zoom.from)}-${round(zoom.to)}` }),
  });
}

/** Shows it otherwise, without an entry in the browser's history. */
export function lookAt(looks: Looks): void {
  location.replace(traceAddress(looks));
}

/** The part of the line that is `factor` as long, about the same middle. */
export function zoomed({ from, to }: ZoomWindow, factor: number): ZoomWindow {
  const length = Math.min(1, Math.max(SMALLEST, (to - from) * factor));
  return within((from + to) / 2 - length / 2, length);
}

/** Moves by a part of what is seen. */
export function panned({ from, to }: ZoomWindow, part: number): ZoomWindow {
  const length = to - from;
  return within(from + part * length, length);
}

function within(from: number, length: number): ZoomWindow {
  if (length >= 1) return WHOLE;
  const start = Math.min(1 - length, Math.max(0, from));
  return { from: start, to: start + length };
}

const round = (value: number) => String(Math.round(value * 1_000) / 1_000);
