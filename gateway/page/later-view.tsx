import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

/** A view whose code is loaded when it is shown first, so that the page itself stays small. */
export function laterView(load: () => Promise<ComponentType>): ComponentType {
  const view = signal<ComponentType | null>(null);
  const hasFailed = signal(false);

  async function begin(): Promise<void> {
    hasFailed.value = false;
    try {
      const component = await load();
      view.value = component;
    } catch {
      hasFailed.value = true;
    }
  }

  return function LaterView() {
    useEffect(() => {
      if (view.value === null) void begin();
    }, []);
    const { value: View } = view;
    if (View) return <View />;
    if (!hasFailed.value) return <p class="waiting">Loading this view…</p>;
    return (
      <div class="waiting" role="alert">
        <p>This view could not be loaded: the store does not answer, or was updated and has a newer page.</p>
        <p>
          <button type="button" onClick={() => location.reload()}>
            Reload
          </button>
        </p>
      </div>
    );
  };
}
