import type { Running, Subject } from './subjects/subject.ts';

/**
 * Starts each subject when it is first measured and ends it when no later case needs it. While one is measured the others
 * rest: an idle store takes a tenth of a core, which would be missing to whoever is measured beside it.
 */
export class Stage {
  readonly #running = new Map<Subject, Running>();
  readonly #failed = new Map<Subject, Error>();
  #awake: Running | undefined;

  /** The subject, awake and alone. Throws what its start threw, each time. */
  async enter(subject: Subject): Promise<Running> {
    const failure = this.#failed.get(subject);
    if (failure) throw failure;
    const known = this.#running.get(subject);
    if (known && known === this.#awake) return known;
    this.clear();
    if (known) await known.wake?.();
    const running = known ?? (await this.#start(subject));
    this.#awake = running;
    return running;
  }

  /** Nobody is awake. */
  clear(): void {
    this.#awake?.rest?.();
    this.#awake = undefined;
  }

  /** Ends those that are not among these. */
  async keepOnly(subjects: ReadonlySet<Subject>): Promise<void> {
    const leaving = [...this.#running].filter(([subject]) => !subjects.has(subject));
    for (const [subject] of leaving) this.#running.delete(subject);
    for (const [, running] of leaving) {
      if (this.#awake === running) this.#awake = undefined;
      await running.stop();
    }
  }

  async #start(subject: Subject): Promise<Running> {
    try {
      const running = await subject.start();
      this.#running.set(subject, running);
      return running;
    } catch (error) {
      this.#failed.set(subject, error as Error);
      throw error;
    }
  }
}
