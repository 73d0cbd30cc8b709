/**
 * The life of the server: start, stop, restart after a failure with growing pauses, never two at once.
 *
 * Requests are worked off one after the other, and a newer one replaces those still waiting. Knows nothing of
 * processes, of the protocol or of the editor: those come in through `Host`.
 */

export type ServerState =
  | { readonly kind: "stopped" }
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly label: string }
  | { readonly kind: "waiting"; readonly reason: string; readonly milliseconds: number }
  | { readonly kind: "failed"; readonly reason: string };

/** A server that answers. */
export interface RunningServer {
  /** Resolves, with the reason, when the server is gone without having been told to stop. */
  readonly lost: Promise<string>;
  /** Stop it; resolves when its process is gone. */
  stop(): Promise<void>;
}

export type Choice<C> =
  | { readonly ok: true; readonly command: C; /** What runs, for the user. */ readonly label: string }
  | { readonly ok: false; readonly reason: string };

export interface Host<C> {
  /** Which command runs the server. Must not throw. */
  choose(signal: AbortSignal): Promise<Choice<C>>;
  /** Whether two commands start the same server. */
  same(one: C, other: C): boolean;
  /** Start it and wait until it answers; throws when it does not, leaving no process behind. */
  launch(command: C, signal: AbortSignal): Promise<RunningServer>;
  report(state: ServerState): void;
  /** Resolve after some milliseconds or when the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Milliseconds on any clock that only goes forward. */
  now(): number;
}

/**
 * How long to wait before the next start: 1 s, doubled each time, 30 s at most; after the fifth failure within
 * three minutes no more. Without jitter: one editor starts one server, nobody else knocks at the same moment.
 */
export class Backoff {
  #failures: number[] = [];

  /** Milliseconds to wait after a failure at `now`, or undefined to give up. */
  next(now: number): number | undefined {
    this.#failures = [...this.#failures.filter((time) => now - time < 180_000), now];
    const count = this.#failures.length;
    return count >= 5 ? undefined : Math.min(30_000, 1000 * 2 ** (count - 1));
  }

  reset(): void {
    this.#failures = [];
  }
}

type Request = "retry" | "refresh" | "reconfigure" | "restart" | "stop";

/** A waiting request gives way to one of the same or a higher rank, a waiting stop to any: who asks wants a server. */
const RANK: Record<Request, number> = { retry: 0, refresh: 1, reconfigure: 2, restart: 3, stop: 3 };

export class Lifecycle<C> {
  readonly #host: Host<C>;
  readonly #backoff = new Backoff();
  #pending: Request | undefined;
  #work: Promise<void> | undefined;
  #attempt = new AbortController();
  #pause = new AbortController();
  #server: { readonly running: RunningServer; readonly command: C } | undefined;
  #enabled = false;

  constructor(host: Host<C>) {
    this.#host = host;
  }

  /** Start, or stop and start again, forgetting earlier failures. */
  async restart(): Promise<void> {
    return this.#begin("restart");
  }

  /** The user chose anew: as `restart`, but a server that runs on the same command stays. */
  async reconfigure(): Promise<void> {
    return this.#begin("reconfigure");
  }

  /** The environment may have changed: as `reconfigure`, but a server that runs also stays if nothing else can run. */
  async refresh(): Promise<void> {
    return this.#enabled ? this.#request("refresh") : undefined;
  }

  async stop(): Promise<void> {
    this.#enabled = false;
    this.#attempt.abort();
    return this.#request("stop");
  }

  async #begin(request: "restart" | "reconfigure"): Promise<void> {
    this.#enabled = true;
    this.#attempt.abort();
    this.#backoff.reset();
    return this.#request(request);
  }

  async #request(request: Request): Promise<void> {
    const waiting = this.#pending;
    if (waiting === undefined || waiting === "stop" || RANK[request] >= RANK[waiting]) {
      this.#pending = request;
    }
    this.#work ??= this.#drain();
    return this.#work;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#pending !== undefined) {
        const request = this.#pending;
        this.#pending = undefined;
        this.#attempt = new AbortController();
        await this.#perform(request, this.#attempt.signal);
      }
    } finally {
      // Here and not in a later callback: a request in between would wait for work that is over.
      this.#work = undefined;
    }
  }

  async #perform(request: Request, signal: AbortSignal): Promise<void> {
    if (request === "stop") {
      this.#pause.abort();
      await this.#stopServer();
      this.#host.report({ kind: "stopped" });
      return;
    }
    const server = this.#server;
    if (request !== "restart" && server !== undefined) {
      const choice = await this.#host.choose(signal);
      const stays = choice.ok ? this.#host.same(choice.command, server.command) : request !== "reconfigure";
      if (stays && this.#server === server) {
        return;
      }
    }
    await this.#stopServer();
    await this.#start(signal);
  }

  async #start(signal: AbortSignal): Promise<void> {
    this.#pause.abort();
    this.#host.report({ kind: "starting" });
    const choice = await this.#host.choose(signal);
    const calledOff = (): boolean => signal.aborted;
    if (calledOff()) {
      return;
    }
    if (!choice.ok) {
      this.#host.report({ kind: "failed", reason: choice.reason });
      return;
    }
    try {
      const running = await this.#host.launch(choice.command, signal);
      this.#server = { running, command: choice.command };
      void running.lost.then((reason) => {
        this.#onLost(running, reason);
      });
      this.#host.report({ kind: "running", label: choice.label });
    } catch (error) {
      if (!calledOff()) {
        this.#onFailure(error instanceof Error ? error.message : String(error));
      }
    }
  }

  #onLost(running: RunningServer, reason: string): void {
    if (this.#server?.running === running) {
      this.#server = undefined;
      this.#onFailure(reason);
    }
  }

  #onFailure(reason: string): void {
    const milliseconds = this.#backoff.next(this.#host.now());
    if (milliseconds === undefined) {
      this.#host.report({ kind: "failed", reason: `The server stopped five times. ${reason}` });
      return;
    }
    this.#host.report({ kind: "waiting", reason, milliseconds });
    const pause = new AbortController();
    this.#pause = pause;
    void this.#host.wait(milliseconds, pause.signal).then(() => {
      if (!pause.signal.aborted && this.#enabled) {
        void this.#request("retry");
      }
    });
  }

  async #stopServer(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.running.stop();
  }
}
