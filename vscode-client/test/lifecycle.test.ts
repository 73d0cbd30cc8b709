import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Backoff, Lifecycle, type Choice, type RunningServer, type ServerState } from "../src/lifecycle";

/** A server that ends when the test says so. */
class FakeServer implements RunningServer {
  lose: (reason: string) => void = () => undefined;
  readonly lost = new Promise<string>((resolve) => (this.lose = resolve));

  constructor(readonly stop: () => Promise<void>) {}
}

/** A world in which time passes only when a pause is let go, and which counts the servers alive. */
class World {
  choice: Choice<string> = { ok: true, command: "python", label: "python" };
  launching: (signal: AbortSignal) => Promise<void> = () => Promise.resolve();
  readonly states: ServerState[] = [];
  readonly servers: FakeServer[] = [];
  readonly pauses: number[] = [];
  readonly commands: string[] = [];
  alive = 0;
  mostAlive = 0;
  #clock = 0;
  #pass: () => void = () => undefined;

  readonly lifecycle = new Lifecycle<string>({
    choose: () => Promise.resolve(this.choice),
    same: (one, other) => one === other,
    launch: async (command, signal) => {
      this.commands.push(command);
      await this.launching(signal);
      this.mostAlive = Math.max(this.mostAlive, ++this.alive);
      const server = new FakeServer(async () => {
        await tick();
        this.alive--;
      });
      this.servers.push(server);
      return server;
    },
    report: (state) => this.states.push(state),
    wait: (milliseconds, signal) => {
      this.pauses.push(milliseconds);
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
        this.#pass = () => {
          this.#clock += milliseconds;
          resolve();
        };
      });
    },
    now: () => this.#clock,
  });

  /** Let the pause end and what follows from it happen. */
  async pass(): Promise<void> {
    this.#pass();
    await tick();
  }

  /** The newest server dies. */
  async lose(reason: string): Promise<void> {
    this.alive--;
    this.servers.at(-1)?.lose(reason);
    await tick();
  }

  get kinds(): string[] {
    return this.states.map(({ kind }) => kind);
  }
}

/** A start that ends only by being called off. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error("called off"));
    });
  });
}

/** Until everything that can happen without the test has happened. */
function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("Backoff", () => {
  it("doubles the pause and gives up at the fifth failure", () => {
    const backoff = new Backoff();
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((now) => backoff.next(now)),
      [1000, 2000, 4000, 8000, undefined],
    );
  });

  it("forgets failures after three minutes, and all of them when told to", () => {
    const backoff = new Backoff();
    assert.deepEqual([backoff.next(0), backoff.next(100_000), backoff.next(180_000)], [1000, 2000, 2000]);
    backoff.reset();
    assert.equal(backoff.next(180_001), 1000);
  });
});

describe("Lifecycle", () => {
  it("starts and stops", async () => {
    const world = new World();
    await world.lifecycle.restart();
    assert.equal(world.alive, 1);
    await world.lifecycle.stop();
    assert.equal(world.alive, 0);
    assert.deepEqual(world.kinds, ["starting", "running", "stopped"]);
  });

  it("never has two servers, whatever is asked at once", async () => {
    const world = new World();
    const { lifecycle } = world;
    await Promise.all([lifecycle.restart(), lifecycle.refresh(), lifecycle.restart(), lifecycle.restart()]);
    await Promise.all([lifecycle.stop(), lifecycle.restart(), lifecycle.refresh(), lifecycle.restart()]);
    assert.deepEqual([world.alive, world.mostAlive], [1, 1]);
    assert.equal(world.states.at(-1)?.kind, "running");
    await Promise.all([lifecycle.restart(), lifecycle.stop()]);
    assert.deepEqual([world.alive, world.mostAlive], [0, 1]);
  });

  it("says why when no program can run the server, and does not try again by itself", async () => {
    const world = new World();
    world.choice = { ok: false, reason: "no Python" };
    await world.lifecycle.restart();
    assert.deepEqual(world.states, [{ kind: "starting" }, { kind: "failed", reason: "no Python" }]);
    assert.deepEqual([world.pauses, world.commands], [[], []]);
  });

  it("starts a lost server again after a pause", async () => {
    const world = new World();
    await world.lifecycle.restart();
    await world.lose("killed");
    assert.deepEqual(world.states.at(-1), { kind: "waiting", reason: "killed", milliseconds: 1000 });
    assert.equal(world.alive, 0);
    await world.pass();
    assert.equal(world.states.at(-1)?.kind, "running");
    assert.equal(world.alive, 1);
  });

  it("gives up on a server that keeps dying, until it is asked again", async () => {
    const world = new World();
    await world.lifecycle.restart();
    for (let death = 1; death <= 5; death++) {
      await world.lose("killed");
      await world.pass();
    }
    assert.deepEqual(world.pauses, [1000, 2000, 4000, 8000]);
    assert.deepEqual(world.states.at(-1), { kind: "failed", reason: "The server stopped five times. killed" });
    await world.lifecycle.restart();
    await world.lose("killed");
    assert.equal(world.pauses.at(-1), 1000);
  });

  it("treats a server that never answers like one that dies", async () => {
    const world = new World();
    world.launching = () => Promise.reject(new Error("exit code 1"));
    await world.lifecycle.restart();
    assert.deepEqual(world.states.at(-1), { kind: "waiting", reason: "exit code 1", milliseconds: 1000 });
    world.launching = () => Promise.resolve();
    await world.pass();
    assert.equal(world.states.at(-1)?.kind, "running");
  });

  it("drops a pause when a start is asked for meanwhile", async () => {
    const world = new World();
    await world.lifecycle.restart();
    await world.lose("killed");
    await world.lifecycle.restart();
    await world.pass();
    assert.equal(world.servers.length, 2);
    assert.equal(world.alive, 1);
  });

  it("starts nothing after a stop during a pause", async () => {
    const world = new World();
    await world.lifecycle.restart();
    await world.lose("killed");
    await world.lifecycle.stop();
    await world.pass();
    assert.equal(world.states.at(-1)?.kind, "stopped");
    assert.equal(world.servers.length, 1);
  });

  it("calls off a start that hangs", { timeout: 5000 }, async () => {
    const world = new World();
    world.launching = hang;
    const hanging = world.lifecycle.restart();
    await tick();
    world.launching = () => Promise.resolve();
    await world.lifecycle.restart();
    await hanging;
    assert.deepEqual(world.kinds, ["starting", "starting", "running"]);
    assert.deepEqual(world.pauses, []);
  });

  it("takes no notice of the death of a server that it stopped itself", async () => {
    const world = new World();
    await world.lifecycle.restart();
    const [server] = world.servers;
    await world.lifecycle.restart();
    server?.lose("exit code 0");
    await tick();
    assert.equal(world.states.at(-1)?.kind, "running");
  });
});

describe("Lifecycle.reconfigure", () => {
  it("starts a server, and leaves one that runs on the same command", async () => {
    const world = new World();
    await world.lifecycle.reconfigure();
    await world.lifecycle.reconfigure();
    assert.deepEqual(world.kinds, ["starting", "running"]);
  });

  it("moves to another command", async () => {
    const world = new World();
    await world.lifecycle.reconfigure();
    world.choice = { ok: true, command: "other", label: "other" };
    await world.lifecycle.reconfigure();
    assert.deepEqual([world.commands, world.alive, world.mostAlive], [["python", "other"], 1, 1]);
  });

  it("stops a server that the user no longer wants, even if what they want does not work", async () => {
    const world = new World();
    await world.lifecycle.reconfigure();
    world.choice = { ok: false, reason: "no such program" };
    await world.lifecycle.reconfigure();
    assert.equal(world.alive, 0);
    assert.deepEqual(world.states.at(-1), { kind: "failed", reason: "no such program" });
  });

  it("counts after a stop that still waits for its turn, and a stop after it", async () => {
    const world = new World();
    const { lifecycle } = world;
    await Promise.all([lifecycle.restart(), lifecycle.stop(), lifecycle.reconfigure()]);
    assert.equal(world.alive, 1);
    await Promise.all([lifecycle.restart(), lifecycle.reconfigure(), lifecycle.stop()]);
    assert.deepEqual([world.alive, world.mostAlive], [0, 1]);
  });

  it("does not take the place of a restart that still waits for its turn", async () => {
    const world = new World();
    const { lifecycle } = world;
    await lifecycle.restart();
    await Promise.all([lifecycle.refresh(), lifecycle.restart(), lifecycle.reconfigure()]);
    assert.equal(world.servers.length, 2);
  });

  it("calls off a start that hangs", { timeout: 5000 }, async () => {
    const world = new World();
    world.launching = hang;
    const hanging = world.lifecycle.restart();
    await tick();
    world.launching = () => Promise.resolve();
    await world.lifecycle.reconfigure();
    await hanging;
    assert.deepEqual(world.kinds, ["starting", "starting", "running"]);
  });
});

describe("Lifecycle.refresh", () => {
  it("does nothing while the same command is due", async () => {
    const world = new World();
    await world.lifecycle.restart();
    await world.lifecycle.refresh();
    assert.deepEqual(world.kinds, ["starting", "running"]);
  });

  it("moves to another command", async () => {
    const world = new World();
    await world.lifecycle.restart();
    world.choice = { ok: true, command: "other", label: "other" };
    await world.lifecycle.refresh();
    assert.deepEqual(world.commands, ["python", "other"]);
    assert.deepEqual([world.alive, world.mostAlive], [1, 1]);
  });

  it("does not give up a server that works for an environment that does not", async () => {
    const world = new World();
    await world.lifecycle.restart();
    world.choice = { ok: false, reason: "hangup is not installed" };
    await world.lifecycle.refresh();
    assert.deepEqual([world.alive, world.servers.length], [1, 1]);
  });

  it("starts a server when none runs", async () => {
    const world = new World();
    world.choice = { ok: false, reason: "no Python" };
    await world.lifecycle.restart();
    world.choice = { ok: true, command: "python", label: "python" };
    await world.lifecycle.refresh();
    assert.equal(world.alive, 1);
  });

  it("leaves a server off that was stopped", async () => {
    const world = new World();
    await world.lifecycle.refresh();
    await world.lifecycle.restart();
    await world.lifecycle.stop();
    await world.lifecycle.refresh();
    assert.deepEqual(world.kinds, ["starting", "running", "stopped"]);
  });
});
