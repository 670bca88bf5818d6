import { isPlaying, step, timeline, togglePlay } from './replay.ts';

/** The simulator's keys: they come before the page's own, which hold the picture by the same one. */
export function listenToReplayKeys(): () => void {
  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !timeline.value) return;
    const target = event.target as HTMLElement;
    if (target.closest('input, textarea, select, dialog, pre, .scroll')) return;
    const isOnButton = target.closest('button, a, summary') !== null;
    if (event.key === ' ' && !isOnButton) togglePlay();
    else if (event.key === 'ArrowRight') step(event.shiftKey ? 'notable' : 'event', 1);
    else if (event.key === 'ArrowLeft') step(event.shiftKey ? 'notable' : 'event', -1);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  document.addEventListener('keydown', pressed, { capture: true });
  return () => {
    isPlaying.value = false;
    document.removeEventListener('keydown', pressed, { capture: true });
  };
}
