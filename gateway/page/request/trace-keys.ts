import { chronologyOf } from '../../../runtime/trace/chronology.ts';
import { foundTrace } from './find-trace.ts';
import { chosenLine, FORMS, lookAt, panned, traceForm, zoomed, zoomWindow } from './request-address.ts';

/** The keys of a trace: 1 to 4 for its forms, up and down for the lines, W S to zoom and A D to move. */
export function listenToTraceKeys(): () => void {
  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || foundTrace.value.kind !== 'trace') return;
    const target = event.target as HTMLElement;
    if (target.closest('input, textarea, select, dialog')) return;
    const form = FORMS[Number(event.key) - 1];
    if (form) lookAt({ form });
    else if (traceForm.value === 'lanes' && event.key === 'ArrowDown') chooseLine(1);
    else if (traceForm.value === 'lanes' && event.key === 'ArrowUp') chooseLine(-1);
    else if (traceForm.value !== 'waterfall' || !moveLine(event.key)) return;
    event.preventDefault();
  }

  document.addEventListener('keydown', pressed);
  return () => document.removeEventListener('keydown', pressed);
}

function chooseLine(step: number): void {
  const found = foundTrace.value;
  if (found.kind !== 'trace') return;
  const last = chronologyOf(found.trace).events.length;
  const line = chosenLine.value === null ? (step > 0 ? 1 : last) : chosenLine.value + step;
  lookAt({ line: Math.min(last, Math.max(1, line)) });
}

/** False for a key that does not move the line of time. */
function moveLine(key: string): boolean {
  const zoom = zoomWindow.value;
  if (key === 'w' || key === '+') lookAt({ zoom: zoomed(zoom, 0.5) });
  else if (key === 's' || key === '-') lookAt({ zoom: zoomed(zoom, 2) });
  else if (key === 'a' || key === 'ArrowLeft') lookAt({ zoom: panned(zoom, -0.25) });
  else if (key === 'd' || key === 'ArrowRight') lookAt({ zoom: panned(zoom, 0.25) });
  else return false;
  return true;
}
