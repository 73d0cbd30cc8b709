/**
 * Remembers which failures the user has been told of, over reloads of the window.
 *
 * The same failure is told once. Success, or the user's own request to restart, makes it news again.
 */

/** What a `vscode.Memento` offers, as far as it is needed here. */
export interface Store {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const TOLD = "hangup.toldFailures";
const MUTED = "hangup.failuresMuted";

/** More failures than these are not remembered: the oldest are told again. */
const KEPT = 20;

export class FailureMemory {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Note a failure; true if the user should be told. */
  async isNews(failure: string): Promise<boolean> {
    const told = this.#told();
    if (this.#store.get(MUTED) === true || told.includes(failure)) {
      return false;
    }
    await this.#store.update(TOLD, [...told, failure].slice(-KEPT));
    return true;
  }

  /** The user does not want to be told of any failure. */
  async mute(): Promise<void> {
    await this.#store.update(MUTED, true);
  }

  /** The server runs: should it fail again, that is news. */
  async forgetFailures(): Promise<void> {
    if (this.#told().length > 0) {
      await this.#store.update(TOLD, []);
    }
  }

  /** The user asked for a start: whatever comes of it is told. */
  async forgetAll(): Promise<void> {
    await this.forgetFailures();
    await this.#store.update(MUTED, undefined);
  }

  #told(): readonly string[] {
    const told = this.#store.get(TOLD);
    return Array.isArray(told) ? told.filter((item) => typeof item === "string") : [];
  }
}
